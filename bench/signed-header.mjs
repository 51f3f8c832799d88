// Requests signed by a public client library that is independent of the service.
import { randomBytes } from 'node:crypto';
import oauthSign from 'oauth-sign';

const encode = (text) => oauthSign.rfc3986(text);

/**
 * The Authorization header of one request. Each call uses a new nonce.
 *
 * @param url without its query, whose parameters are in `query`
 * @param credentials `{ consumer: { key, secret } }`, and `token`, `secret`, `verifier` and `callback` if the request
 *   needs
 *   them
 */
export function signedHeader(method, url, query, credentials) {
  const { consumer, token, secret, verifier, callback } = credentials;
  const protocol = {
    oauth_consumer_key: consumer.key,
    ...(token && { oauth_token: token }),
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_nonce: randomBytes(16).toString('hex'),
    oauth_version: '1.0',
    ...(verifier && { oauth_verifier: verifier }),
    ...(callback && { oauth_callback: callback }),
  };
  const signature = oauthSign.hmacsign(
    method,
    url,
    { ...protocol, ...query },
    consumer.secret,
    secret ?? '',
  );
  const pairs = Object.entries({ ...protocol, oauth_signature: signature });
  return `OAuth ${pairs.map(([name, value]) => `${name}="${encode(value)}"`).join(', ')}`;
}
