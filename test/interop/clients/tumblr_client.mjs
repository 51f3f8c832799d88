// `tumblr.js`: signs with a token from its user; posts JSON.
import tumblr from 'tumblr.js';
import { answerLines, parametersOf, Unable } from './answer-lines.mjs';
import { replySeen } from './seen-replies.mjs';

await answerLines((order) => {
  if (order.operation !== 'request') throw new Unable('it knows no dance');
  const { origin, pathname, search } = new URL(order.url);
  const client = tumblr.createClient({
    consumer_key: order.key,
    consumer_secret: order.secret,
    token: order.token,
    token_secret: order.tokenSecret,
    baseUrl: origin,
  });
  const path = pathname + search;
  return replySeen(() => {
    if (order.method === 'GET') return client.getRequest(path);
    if (order.kind === 'json') return client.postRequest(path, JSON.parse(order.payload));
    return client.postRequest(
      path,
      order.kind === 'form' ? parametersOf(order.payload) : undefined,
    );
  });
});
