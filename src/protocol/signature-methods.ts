// RFC 5849 §3.4.2 (HMAC), §3.4.3 (RSA) and §3.4.4 (PLAINTEXT). An entry contains all facts about a method;
// functions take entries, not names. The SHA-2 methods are not in the RFC; they follow its sections with another
// hash.
import { constants, createHmac, verify as verifyWithKey, type KeyObject } from 'node:crypto';
import { equalDigests, equalSecrets } from './constant-time-equality.js';
import { percentEncodeText } from './percent-encoding.js';

export type SignatureMethodName =
  | 'HMAC-SHA1'
  | 'HMAC-SHA256'
  | 'HMAC-SHA512'
  | 'RSA-SHA1'
  | 'RSA-SHA256'
  | 'RSA-SHA512'
  | 'PLAINTEXT';

export interface SignatureInput {
  /** RFC 5849 §3.4.1.1, ASCII. */
  baseString: string;
  /** `oauth_signature`, decoded. */
  signature: string;
  /** Undefined if the consumer has none, because it signs with RSA. Then no method with shared secrets verifies. */
  consumerSecret: string | undefined;
  /** Empty if the request has no token. */
  tokenSecret: string;
  rsaPublicKey: KeyObject | undefined;
}

export interface SignatureMethod {
  readonly name: SignatureMethodName;
  readonly family: 'hmac' | 'rsa' | 'plaintext';
  /** The name of the hash in node:crypto; empty if nothing is hashed. */
  readonly hash: string;
  /** The signature is the secrets themselves (RFC 5849 §3.4.4), so the client must use TLS. */
  readonly needsTls: boolean;
  /** RFC 5849 §3.1: only PLAINTEXT may omit both. */
  readonly needsTimestampAndNonce: boolean;
  /**
   * Depends on SHA-1, or only on TLS (RFC 5849 §3.4.4, §4.11). From a given day on, a consumer may be restricted to
   * other methods.
   */
  readonly weak: boolean;
  /**
   * Whether a signature of this method can have this length. If not, nothing needs to be computed. The answer
   * depends only on the text, so it reveals nothing about the consumer.
   */
  fits(signature: string): boolean;
  /**
   * Whether the signature holds. Returns false for any invalid input of a client, and never throws for it. Secrets
   * must be well-formed text, as any text stored as UTF-8 is.
   */
  verify(input: SignatureInput): boolean;
}

export const SIGNATURE_METHODS: readonly SignatureMethod[] = Object.freeze([
  hmac('HMAC-SHA1', 'sha1', 20),
  hmac('HMAC-SHA256', 'sha256', 32),
  hmac('HMAC-SHA512', 'sha512', 64),
  rsa('RSA-SHA1', 'sha1'),
  rsa('RSA-SHA256', 'sha256'),
  rsa('RSA-SHA512', 'sha512'),
  plaintext(),
]);

const METHODS_BY_NAME: ReadonlyMap<string, SignatureMethod> = new Map(
  SIGNATURE_METHODS.map((method) => [method.name, method]),
);

/** Whether the method of this name is weak; false for an unknown name. */
export const isWeakMethod = (name: string): boolean => METHODS_BY_NAME.get(name)?.weak === true;

/** The table's entry, by its exact name (RFC 5849 §3.1: values are case-sensitive). */
export function signatureMethodNamed(name: string): SignatureMethod | undefined {
  return METHODS_BY_NAME.get(name);
}

/**
 * Octets of the modulus of the smallest and the largest key. Keys above 4096 bits were registered before that
 * limit.
 */
const RSA_OCTETS = [2048 / 8, 8192 / 8] as const;

/** The number of base64 characters, with padding, for this many octets. */
const base64Length = (octets: number): number => Math.ceil(octets / 3) * 4;

function hmac(name: SignatureMethodName, hash: string, octets: number): SignatureMethod {
  return Object.freeze({
    name,
    family: 'hmac',
    hash,
    needsTls: false,
    needsTimestampAndNonce: true,
    weak: hash === 'sha1',
    fits: (signature: string) => signature.length === base64Length(octets),
    verify({ baseString, signature, consumerSecret, tokenSecret }: SignatureInput) {
      if (consumerSecret === undefined) return false;
      const key = joinedSecrets(consumerSecret, tokenSecret);
      const expected = createHmac(hash, key).update(baseString, 'latin1').digest('base64');
      // Compares texts, so that only one base64 spelling of a signature is valid.
      return equalDigests(signature, expected);
    },
  });
}

function rsa(name: SignatureMethodName, hash: string): SignatureMethod {
  return Object.freeze({
    name,
    family: 'rsa',
    hash,
    needsTls: false,
    needsTimestampAndNonce: true,
    weak: hash === 'sha1',
    fits: ({ length }: string) =>
      length >= base64Length(RSA_OCTETS[0]) && length <= base64Length(RSA_OCTETS[1]),
    verify({ baseString, signature, rsaPublicKey }: SignatureInput) {
      if (rsaPublicKey?.asymmetricKeyType !== 'rsa') return false;
      const octets = Buffer.from(signature, 'base64');
      if (octets.toString('base64') !== signature) return false;
      try {
        return verifyWithKey(
          hash,
          Buffer.from(baseString),
          { key: rsaPublicKey, padding: constants.RSA_PKCS1_PADDING },
          octets,
        );
      } catch {
        // OpenSSL builds differ in what they report as an error: another length, or a hash that their policy
        // forbids.
        return false;
      }
    },
  });
}

function plaintext(): SignatureMethod {
  return Object.freeze({
    name: 'PLAINTEXT',
    family: 'plaintext',
    hash: '',
    needsTls: true,
    needsTimestampAndNonce: false,
    weak: true,
    fits: () => true, // its length is that of the secrets
    verify({ signature, consumerSecret, tokenSecret }: SignatureInput) {
      if (consumerSecret === undefined) return false;
      return equalSecrets(signature, joinedSecrets(consumerSecret, tokenSecret));
    },
  });
}

/** RFC 5849 §3.4.2: encodes both, and joins them with `&` even if one or both are empty. */
function joinedSecrets(consumerSecret: string, tokenSecret: string): string {
  return `${percentEncodeText(consumerSecret)}&${percentEncodeText(tokenSecret)}`;
}
