import { createHash } from 'node:crypto';
import { equalDigests } from './constant-time-equality.js';

/** The length of the base64 text identifies the hash: 20, 32 or 64 octets. */
const HASHES_BY_TEXT_LENGTH: ReadonlyMap<number, string> = new Map([
  [28, 'sha1'],
  [44, 'sha256'],
  [88, 'sha512'],
]);

/**
 * Whether `oauth_body_hash` (OAuth Request Body Hash draft, base64) is the hash of the raw body. The draft ties the
 * hash to the signature method, but clients do not: SHA-1, SHA-256 and SHA-512 are accepted with any method. False
 * for any other length, and for base64 that is not canonical.
 */
export function bodyHashMatches(bodyHash: string, body: Buffer): boolean {
  const hash = HASHES_BY_TEXT_LENGTH.get(bodyHash.length);
  if (hash === undefined) return false;
  return equalDigests(bodyHash, createHash(hash).update(body).digest('base64'));
}
