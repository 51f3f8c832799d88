// `mastercard-oauth1-signer`: RSA-SHA256, two-legged, always with a body hash.
import mastercard from 'mastercard-oauth1-signer';
import { answerLines, pemOf, sendWith, Unable } from './answer-lines.mjs';

await answerLines((order) => {
  const { operation, key, secret, method, url, kind, payload } = order;
  if (operation !== 'request') throw new Unable('it knows no tokens: two-legged only');
  const body = kind === 'none' ? null : payload;
  return sendWith(mastercard.getAuthorizationHeader(url, method, body, key, pemOf(secret)), order);
});
