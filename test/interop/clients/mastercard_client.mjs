// `mastercard-oauth1-signer`: RSA-SHA256, two-legged, always with a body hash.
import { createPrivateKey } from 'node:crypto';
import mastercard from 'mastercard-oauth1-signer';
import { answerLines, sendWith, Unable } from './answer-lines.mjs';

await answerLines((order) => {
  if (order.operation !== 'request') throw new Unable('it knows no tokens: two-legged only');
  const { url, method, kind, payload } = order;
  const key = createPrivateKey({
    key: Buffer.from(order.secret, 'base64'),
    format: 'der',
    type: 'pkcs8',
  }).export({ format: 'pem', type: 'pkcs8' });
  const body = kind === 'none' ? null : payload;
  return sendWith(mastercard.getAuthorizationHeader(url, method, body, order.key, key), order);
});
