// RFC 5849 §3.4.2 (HMAC), §3.4.3 (RSA) and §3.4.4 (PLAINTEXT). One entry holds all there is to know
// about a method; entries, not names, are handed on. The SHA-2 methods are not in the RFC; they
// follow its two sections with the other hash.
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
  /** Undefined where the consumer has none (it signs with RSA): then no shared secret verifies. */
  consumerSecret: string | undefined;
  /** Empty where the request has no token. */
  tokenSecret: string;
  rsaPublicKey: KeyObject | undefined;
}

export interface SignatureMethod {
  readonly name: SignatureMethodName;
  readonly family: 'hmac' | 'rsa' | 'plaintext';
  /** By its name in node:crypto; empty where nothing is hashed. */
  readonly hash: string;
  /** The signature is the secrets themselves (RFC 5849 §3.4.4), so the client must be on TLS. */
  readonly needsTls: boolean;
  /** RFC 5849 §3.1: PLAINTEXT alone may leave both out. */
  readonly needsTimestampAndNonce: boolean;
  /** Rests on SHA-1, or on TLS alone (RFC 5849 §3.4.4, §4.11); a consumer may be held to others from a day on. */
  readonly weak: boolean;
  /**
   * Whether a signature of this method can have this length; nothing needs to be computed for one that
   * can't. It is asked of the text alone, so that it tells nothing of who signs.
   */
  fits(signature: string): boolean;
  /**
   * Whether the signature holds; false, never an error, for whatever a client may send. Secrets
   * must be well-formed text, which any text that has been stored as UTF-8 is.
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

/** Whether the method of this name is weak; a name that is none is not. */
export const isWeakMethod = (name: string): boolean => METHODS_BY_NAME.get(name)?.weak === true;

/** The table's entry, by its exact name (RFC 5849 §3.1: values are case-sensitive). */
export function signatureMethodNamed(name: string): SignatureMethod | undefined {
  return METHODS_BY_NAME.get(name);
}

/** Octets of the modulus of the smallest and the largest key, those registered before 4096 bits was the limit included. */
const RSA_OCTETS = [2048 / 8, 8192 / 8] as const;

/** How many characters of base64, with padding, so many octets are. */
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
      // The text is compared, so that one signature has one spelling in base64.
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
        // OpenSSL builds differ in what they call an error: another length, a hash out of policy.
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

/** RFC 5849 §3.4.2: both encoded, and the `&` between them even where one or both are empty. */
function joinedSecrets(consumerSecret: string, tokenSecret: string): string {
  return `${percentEncodeText(consumerSecret)}&${percentEncodeText(tokenSecret)}`;
}
