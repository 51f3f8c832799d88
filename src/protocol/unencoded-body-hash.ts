// Mastercard's signers write `oauth_body_hash` as plain base64 into the header and into the normalized parameters,
// with one encoding less than RFC 5849 §3.4.1.3.2 and §3.5.1 require (docs/adr/0010).
import type { CollectedParameters } from './request-parameters.js';

/** Padded base64. An encoder that follows RFC 5849 §3.6 never leaves the `=` unencoded. */
const PADDED_BASE64 = /^[A-Za-z0-9+/]+={1,2}$/;

/**
 * Whether the `Authorization` header contains `oauth_body_hash` as quoted plain base64. Only then may the signature
 * also be over the hash as it was sent. The base string of that reading has a singly encoded `=` in a value, which
 * no base string by the RFC has. So a signature holds for only one of the two readings, and for only one request.
 */
export function isBodyHashUnencoded(
  { protocol, place }: CollectedParameters,
  authorization: string | undefined,
): boolean {
  const bodyHash = protocol.get('oauth_body_hash');
  if (bodyHash === undefined || place !== 'Authorization') return false;
  return PADDED_BASE64.test(bodyHash) && authorization?.includes(`"${bodyHash}"`) === true;
}
