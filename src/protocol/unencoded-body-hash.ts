// Mastercard's signers write `oauth_body_hash` into the header, and into the normalized parameters,
// as plain base64, one encoding short of RFC 5849 §3.4.1.3.2 and §3.5.1 (docs/adr/0010).
import type { CollectedParameters } from './request-parameters.js';

/** Padded base64. The `=` is what an encoder following RFC 5849 §3.6 never leaves standing. */
const PADDED_BASE64 = /^[A-Za-z0-9+/]+={1,2}$/;

/**
 * Whether the `Authorization` header holds `oauth_body_hash` as quoted plain base64. Only then may
 * the signature be over the hash as it was sent, too. The base string of that reading has a single
 * encoded `=` inside a value, which no base string of the RFC has: a signature holds in one of the
 * two readings, and for one request.
 */
export function isBodyHashUnencoded(
  { protocol, place }: CollectedParameters,
  authorization: string | undefined,
): boolean {
  const bodyHash = protocol.get('oauth_body_hash');
  if (bodyHash === undefined || place !== 'Authorization') return false;
  return PADDED_BASE64.test(bodyHash) && authorization?.includes(`"${bodyHash}"`) === true;
}
