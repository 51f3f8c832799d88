// `oauth-1.0a` makes the header; the form goes into its `data`, as does what the dance needs.
import { createHmac } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import { answerLines, danceParameter, parametersOf, sendWith } from './answer-lines.mjs';

await answerLines((order) => {
  const signer = new OAuth({
    consumer: { key: order.key, secret: order.secret },
    signature_method: 'HMAC-SHA1',
    hash_function: (text, key) => createHmac('sha1', key).update(text).digest('base64'),
  });
  const data = order.kind === 'form' ? parametersOf(order.payload) : danceParameter(order);
  const token = order.token ? { key: order.token, secret: order.tokenSecret } : undefined;
  const signed = signer.authorize({ url: order.url, method: order.method, data }, token);
  return sendWith(signer.toHeader(signed).Authorization, order);
});
