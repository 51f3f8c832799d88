// `oauth-sign` returns the signature of parameters that its user collects.
import oauthSign from 'oauth-sign';
import { answerLines, parametersOf, sendWith, signingSecret } from './answer-lines.mjs';
import { headerOf, protocolParameters } from './own-header.mjs';

await answerLines((order) => {
  const { method, signatureMethod, url, kind, payload, tokenSecret } = order;
  const [address, query = ''] = url.split('?');
  const protocol = protocolParameters(order);
  const form = kind === 'form' ? `&${payload}` : '';
  const signature = oauthSign.sign(
    signatureMethod,
    method,
    address,
    { ...parametersOf(query + form), ...protocol },
    signingSecret(order),
    tokenSecret,
  );
  return sendWith(headerOf({ ...protocol, oauth_signature: signature }), order);
});
