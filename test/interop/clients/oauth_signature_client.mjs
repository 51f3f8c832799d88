// `oauth-signature` returns the signature of parameters that its user collects.
import oauthSignature from 'oauth-signature';
import { answerLines, parametersOf, sendWith } from './answer-lines.mjs';
import { headerOf, protocolParameters } from './own-header.mjs';

await answerLines((order) => {
  const { method, url, kind, payload, secret, tokenSecret } = order;
  const [address, query = ''] = url.split('?');
  const protocol = protocolParameters(order);
  const form = kind === 'form' ? `&${payload}` : '';
  const parameters = { ...parametersOf(query + form), ...protocol };
  const options = { encodeSignature: false };
  const signature = oauthSignature.generate(
    method,
    address,
    parameters,
    secret,
    tokenSecret,
    options,
  );
  return sendWith(headerOf({ ...protocol, oauth_signature: signature }), order);
});
