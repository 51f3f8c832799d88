// `oauth-sign` gives the signature over parameters that its user collects.
import oauthSign from 'oauth-sign';
import { answerLines, parametersOf, sendWith } from './answer-lines.mjs';
import { headerOf, protocolParameters } from './own-header.mjs';

await answerLines((order) => {
  const { method, url, kind, payload, secret, tokenSecret } = order;
  const [address, query = ''] = url.split('?');
  const protocol = protocolParameters(order);
  const form = kind === 'form' ? `&${payload}` : '';
  const parameters = { ...parametersOf(query + form), ...protocol };
  const signature = oauthSign.hmacsign(method, address, parameters, secret, tokenSecret);
  return sendWith(headerOf({ ...protocol, oauth_signature: signature }), order);
});
