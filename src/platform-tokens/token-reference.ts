import { createCipheriv, createDecipheriv } from 'node:crypto';
import { MAC_OCTETS, type DerivedKeys } from '../secrets/derived-keys.js';
import { randomOctets } from '../secrets/random-values.js';

const CIPHER = 'aes-256-gcm';
const SALT_OCTETS = 16;
const TAG_OCTETS = 16;
/** A constant is safe, because each key encrypts only once. */
const NONCE = Buffer.alloc(12);

/** A separate key for each salt: there are more tokens than one key may encrypt with random nonces. */
const derivedFrom = (consumerKey: string, salt: Buffer): string =>
  JSON.stringify([consumerKey, salt.toString('hex')]);

/**
 * The unique `jti` of a JWT. It contains the encrypted identifier of the OAuth token, so that introspection of the
 * JWT can tell whether the OAuth token was revoked. Nobody else can read or make a valid one.
 *
 * @param token empty for a JWT without an access token
 */
export function tokenReference(keys: DerivedKeys, token: string, consumerKey: string): string {
  const salt = randomOctets(SALT_OCTETS);
  const key = keys.mac('token-reference', derivedFrom(consumerKey, salt)).subarray(-MAC_OCTETS);
  const cipher = createCipheriv(CIPHER, key, NONCE, { authTagLength: TAG_OCTETS });
  const ciphertext = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
  return Buffer.concat([salt, cipher.getAuthTag(), ciphertext]).toString('base64url');
}

/** The identifier in a `jti` that this service made for this consumer; undefined for any other `jti`. */
export function referencedToken(
  keys: DerivedKeys,
  jti: string,
  consumerKey: string,
): string | undefined {
  const octets = Buffer.from(jti, 'base64url');
  const salt = octets.subarray(0, SALT_OCTETS);
  const tag = octets.subarray(SALT_OCTETS, SALT_OCTETS + TAG_OCTETS);
  if (tag.length < TAG_OCTETS) return undefined;
  for (const mac of keys.macs('token-reference', derivedFrom(consumerKey, salt))) {
    const key = mac.subarray(-MAC_OCTETS);
    const decipher = createDecipheriv(CIPHER, key, NONCE, { authTagLength: TAG_OCTETS });
    decipher.setAuthTag(tag);
    try {
      const ciphertext = octets.subarray(SALT_OCTETS + TAG_OCTETS);
      return decipher.update(ciphertext, undefined, 'utf8') + decipher.final('utf8');
    } catch {
      // Made with another key of SECRET_KEYS, or not by this service.
    }
  }
  return undefined;
}
