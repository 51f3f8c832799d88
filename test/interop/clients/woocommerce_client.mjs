// `@woocommerce/woocommerce-rest-api` over plain http, where it signs: two-legged, only JSON.
import woocommerce from '@woocommerce/woocommerce-rest-api';
import { answerLines, parametersOf, Unable } from './answer-lines.mjs';

await answerLines(async (order) => {
  const { operation, key, secret, method, url, kind, payload } = order;
  if (operation !== 'request') throw new Unable('it knows no tokens: two-legged only');
  if (kind === 'form') throw new Unable('it sends JSON alone');
  const { origin, search } = new URL(url);
  const shop = new woocommerce.default({
    url: origin,
    consumerKey: key,
    consumerSecret: secret,
    axiosConfig: {
      validateStatus: null,
      responseType: 'text',
      transformResponse: [],
      proxy: false,
    },
  });
  const parameters = parametersOf(search);
  const data = kind === 'json' ? JSON.parse(payload) : undefined;
  const reply = await (method === 'GET'
    ? shop.get('products', parameters)
    : shop.post('products', data, parameters));
  return [reply.status, reply.data];
});
