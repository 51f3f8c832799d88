// The digests that a wrong signature may contain, whatever its notation. Each is compared in constant time.
import {
  constants,
  hash as digestOf,
  publicDecrypt,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { KeyedHash } from './keyed-hash.js';
import { equalSecrets } from '../constant-time-equality.js';
import { MalformedEncoding, percentDecode } from '../percent-encoding.js';

/** The mistake in the notation of an otherwise correct signature; `other_hash`: computed with another hash. */
export type Writing =
  | 'other_hash'
  | 'signature_is_hex'
  | 'signature_is_base64url'
  | 'signature_plus_lost'
  | 'signature_encoded_twice';

/** Compares one signature with base strings. */
export interface SignatureCheck {
  /** Whether the signature can hold for any base string, according to its notation. */
  readonly canHold: boolean;
  /** Whether it was computed over the base string (for HMAC with the key) and has the correct notation. */
  holds(baseString: string, key: string | Buffer): boolean;
  /** The mistake in the notation of a signature over the right base string; undefined for any other signature. */
  howWritten(baseString: string, key: string | Buffer): Writing | undefined;
}

/** One way to decode the signature. */
interface Claim {
  readonly octets: Buffer;
  /** Undefined if the notation is correct. */
  readonly writing: Writing | undefined;
}

const HASH_OF_LENGTH: ReadonlyMap<number, string> = new Map([
  [16, 'md5'],
  [20, 'sha1'],
  [32, 'sha256'],
  [48, 'sha384'],
  [64, 'sha512'],
]);

/** A check of an HMAC signature; `hash` is the hash of the method, by its name in node:crypto. */
export function hmacCheck(hash: string, signature: string): SignatureCheck {
  const claims = claimsOf(signature);
  // Most attempts use the same key.
  let last: { by: string; key: string | Buffer; keyed: KeyedHash } | undefined;
  const digest = (by: string, baseString: string, key: string | Buffer): Buffer => {
    if (last?.by !== by || last.key !== key) last = { by, key, keyed: new KeyedHash(by, key) };
    return last.keyed.digest(baseString);
  };
  const asSaid = claims.find(({ writing }) => writing === undefined);
  return {
    canHold: asSaid !== undefined && HASH_OF_LENGTH.get(asSaid.octets.length) === hash,
    holds(baseString, key) {
      return asSaid !== undefined && isEqual(digest(hash, baseString, key), asSaid.octets);
    },
    howWritten(baseString, key) {
      for (const { octets, writing } of claims) {
        const by = HASH_OF_LENGTH.get(octets.length);
        if (by === undefined || !isEqual(digest(by, baseString, key), octets)) continue;
        return writing ?? (by === hash ? undefined : 'other_hash');
      }
      return undefined;
    },
  };
}

/** A check of a PLAINTEXT signature, which is the key itself. */
export const plaintextCheck = (signature: string): SignatureCheck => ({
  canHold: true,
  holds: (_, key) => equalSecrets(signature, key.toString()),
  howWritten: () => undefined,
});

/** The prefix of the digest in an RSA signature (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO: Readonly<Record<string, Buffer>> = {
  sha1: Buffer.from('3021300906052b0e03021a05000414', 'hex'),
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

/**
 * A check of an RSASSA-PKCS1-v1_5 signature. It recovers the signed digest once, with the public key. So each
 * further base string costs only a hash, and no operation with the key.
 */
export function rsaCheck(hash: string, signature: string, publicKey: KeyObject): SignatureCheck {
  const claims = claimsOf(signature).flatMap(({ octets, writing }) => {
    const recovered = recoveredFrom(octets, publicKey);
    return recovered === undefined ? [] : [{ octets: recovered, writing }];
  });
  const encoded = (by: string, baseString: string): Buffer =>
    Buffer.concat([
      DIGEST_INFO[by] ?? Buffer.alloc(0),
      // Base strings are ASCII.
      digestOf(by, baseString, 'buffer'),
    ]);
  const asSaid = claims.find(({ writing }) => writing === undefined);
  return {
    canHold: asSaid !== undefined,
    holds(baseString) {
      return asSaid !== undefined && isEqual(encoded(hash, baseString), asSaid.octets);
    },
    howWritten(baseString) {
      for (const { octets, writing } of claims) {
        const by = Object.keys(DIGEST_INFO).find((name) =>
          isEqual(encoded(name, baseString), octets),
        );
        if (by === undefined) continue;
        return writing ?? (by === hash ? undefined : 'other_hash');
      }
      return undefined;
    },
  };
}

function recoveredFrom(signature: Buffer, key: KeyObject): Buffer | undefined {
  try {
    return publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
  } catch {
    // Not a signature by this key: the length or the padding differs.
    return undefined;
  }
}

/** All ways to decode the text, each with another notation. */
function claimsOf(signature: string): Claim[] {
  const claims: Claim[] = [];
  const claim = (octets: Buffer | undefined, writing?: Writing) => {
    if (octets !== undefined) claims.push({ octets, writing });
  };
  const asSaid = canonicalBase64(signature);
  claim(asSaid);
  claim(asSaid && hexadecimal(asSaid.toString('latin1')), 'signature_is_hex');
  claim(hexadecimal(signature), 'signature_is_hex');
  if (asSaid === undefined) {
    claim(base64Otherwise(signature), 'signature_is_base64url');
    if (signature.includes(' ')) {
      claim(canonicalBase64(signature.replaceAll(' ', '+')), 'signature_plus_lost');
    }
    if (signature.includes('%')) {
      claim(canonicalBase64(decoded(signature)), 'signature_encoded_twice');
    }
  }
  return claims;
}

function canonicalBase64(text: string): Buffer | undefined {
  const octets = Buffer.from(text, 'base64');
  return octets.length > 0 && octets.toString('base64') === text ? octets : undefined;
}

/** base64url, padded or not, and base64 that lacks its padding. */
function base64Otherwise(text: string): Buffer | undefined {
  const bare = text.replace(/={1,2}$/, '');
  const octets = Buffer.from(bare, 'base64url');
  if (octets.length === 0) return undefined;
  const isUrl = octets.toString('base64url') === bare;
  return isUrl || octets.toString('base64').replace(/={1,2}$/, '') === bare ? octets : undefined;
}

const hexadecimal = (text: string): Buffer | undefined =>
  text.length > 0 && text.length % 2 === 0 && /^(?:[0-9a-f]+|[0-9A-F]+)$/.test(text)
    ? Buffer.from(text, 'hex')
    : undefined;

function decoded(text: string): string {
  try {
    return percentDecode(text);
  } catch (error) {
    if (error instanceof MalformedEncoding) return '';
    throw error;
  }
}

const isEqual = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
