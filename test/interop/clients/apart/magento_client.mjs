// `magento-api-rest`: signs with a token from its user; its GET is always a search.
import magento from 'magento-api-rest';
import { answerLines, parametersOf, Unable } from '../answer-lines.mjs';

await answerLines(async (order) => {
  if (order.operation !== 'request') throw new Unable('it knows no dance');
  if (order.kind === 'form') throw new Unable('it sends JSON alone');
  const { origin, search } = new URL(order.url);
  const shop = new magento.default({
    url: origin,
    consumerKey: order.key,
    consumerSecret: order.secret,
    accessToken: order.token,
    tokenSecret: order.tokenSecret,
    sha: order.signatureMethod === 'HMAC-SHA256' ? 256 : 1,
    axiosConfig: {
      validateStatus: null,
      responseType: 'text',
      transformResponse: [],
      proxy: false,
    },
  });
  const data = order.kind === 'json' ? JSON.parse(order.payload) : undefined;
  try {
    const reply = await (order.method === 'GET'
      ? shop.get('products', parametersOf(search))
      : shop.post('products', data));
    return [reply.status, reply.data];
  } catch (error) {
    if (error.code !== 'ERR_UNESCAPED_CHARACTERS') throw error;
    throw new Unable('it sends a filter as it is written, which Node refuses in a request line');
  }
});
