// `node-oauth1`, the signer of Postman: completes a message and returns the header.
import oauth1 from 'node-oauth1';
import { answerLines, danceParameter, pemOf, sendWith } from './answer-lines.mjs';

await answerLines((order) => {
  const { key, secret, token, tokenSecret, method, signatureMethod, url, kind, payload } = order;
  const isRsa = signatureMethod.startsWith('RSA');
  const message = {
    method,
    action: url,
    parameters: [
      ['oauth_signature_method', signatureMethod],
      ...Object.entries(danceParameter(order)),
      ...(kind === 'form' ? oauth1.decodeForm(payload) : []),
    ],
  };
  oauth1.completeRequest(message, {
    consumerKey: key,
    consumerSecret: secret,
    privateKey: isRsa ? pemOf(secret) : undefined,
    token: token || undefined,
    tokenSecret,
  });
  return sendWith(oauth1.getAuthorizationHeader('', message.parameters), order);
});
