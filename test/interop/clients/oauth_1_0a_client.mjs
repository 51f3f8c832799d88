// `oauth-1.0a` makes the header. The form, the callback and the verifier are passed in its `data`.
import { createHmac, createSign } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import { answerLines, danceParameter, parametersOf, pemOf, sendWith } from './answer-lines.mjs';

await answerLines((order) => {
  const signer = new OAuth({
    consumer: { key: order.key, secret: order.secret },
    signature_method: order.signatureMethod,
    hash_function: hashFunction(order),
  });
  const data = order.kind === 'form' ? parametersOf(order.payload) : danceParameter(order);
  const token = order.token ? { key: order.token, secret: order.tokenSecret } : undefined;
  const signed = signer.authorize({ url: order.url, method: order.method, data }, token);
  return sendWith(signer.toHeader(signed).Authorization, order);
});

/** The library expects a hash function from its user. */
function hashFunction({ signatureMethod, secret }) {
  const [family, hash] = signatureMethod.split('-');
  if (family === 'RSA') {
    return (text) => createSign(signatureMethod).update(text).sign(pemOf(secret), 'base64');
  }
  return (text, key) => createHmac(hash, key).update(text).digest('base64');
}
