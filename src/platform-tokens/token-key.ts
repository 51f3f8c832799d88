import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { promisify } from 'node:util';
import type { TokenAlgorithm } from '../config/token-issuer.js';

/** How long a verifier may cache the published keys. */
export const JWKS_MAX_AGE_SECONDS = 300;

/**
 * A key stays published this long after the last `exp` that it can have signed, because a replica that has not yet
 * been notified of the next key signs a moment longer.
 */
export const RETIREMENT_GRACE_SECONDS = 5;

/** A signing key of this service: next, signing or retired. */
export interface TokenKey {
  /** The thumbprint of RFC 7638. */
  readonly kid: string;
  /** 1, 2, 3: each key replaces those before it. */
  readonly position: number;
  readonly algorithm: TokenAlgorithm;
  readonly createdAt: Date;
  readonly signsFrom: Date;
  /** The longest lifetime of the tokens that it signed, in seconds. */
  readonly longestTtlSeconds: number;
  readonly privateKey: KeyObject;
  /** The published public key. */
  readonly publicJwk: JWK;
}

/** `next` is published and signs later. `retired` is published until all tokens that it signed have expired. */
export type TokenKeyStatus = 'next' | 'signing' | 'retired';

/** The place in which the private key is sealed. */
export const tokenKeySecret = (kid: string) =>
  ({ table: 'token_signing_keys', row: kid, column: 'secret' }) as const;

const generate = promisify(generateKeyPair);
const RSA_BITS = 2048;

/** A new key pair: its id, and the private key as PKCS #8 in PEM. */
export async function newKeyPair(
  algorithm: TokenAlgorithm,
): Promise<{ readonly kid: string; readonly pem: string }> {
  const privateKey = await newPrivateKey(algorithm);
  return {
    kid: await calculateJwkThumbprint(publicJwkOf(privateKey)),
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

async function newPrivateKey(algorithm: TokenAlgorithm): Promise<KeyObject> {
  switch (algorithm) {
    case 'ES256':
      return (await generate('ec', { namedCurve: 'P-256' })).privateKey;
    case 'EdDSA':
      return (await generate('ed25519')).privateKey;
    case 'RS256':
      return (await generate('rsa', { modulusLength: RSA_BITS })).privateKey;
  }
}

const publicJwkOf = (privateKey: KeyObject): JWK =>
  createPublicKey(privateKey).export({ format: 'jwk' });

/** The key pair of a stored private key. The public key is never stored, so nobody can replace it. */
export function openKeyPair(
  kid: string,
  algorithm: TokenAlgorithm,
  pem: string,
): Pick<TokenKey, 'privateKey' | 'publicJwk'> {
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicJwk: { ...publicJwkOf(privateKey), kid, alg: algorithm, use: 'sig' } };
}

const seconds = (instant: Date): number => instant.getTime() / 1000;

/** The newest key whose start time has passed; undefined if there is none. */
export const signingKeyAt = (keys: readonly TokenKey[], nowSeconds: number): TokenKey | undefined =>
  keys
    .filter(({ signsFrom }) => seconds(signsFrom) <= nowSeconds)
    .reduce<TokenKey | undefined>(
      (newest, key) => (newest && newest.position > key.position ? newest : key),
      undefined,
    );

/** The end of a key's publication, in seconds since 1970; null if there is no newer key. */
export function publishedUntil(key: TokenKey, keys: readonly TokenKey[]): number | null {
  const newer = keys.filter(({ position }) => position > key.position);
  if (newer.length === 0) return null;
  const takenOverAt = Math.min(...newer.map(({ signsFrom }) => seconds(signsFrom)));
  return takenOverAt + key.longestTtlSeconds + RETIREMENT_GRACE_SECONDS;
}

/** The keys that verifiers need, in their order. */
export const publishedAt = (keys: readonly TokenKey[], nowSeconds: number): TokenKey[] =>
  keys.filter((key) => (publishedUntil(key, keys) ?? Infinity) > nowSeconds);

/** The status of a published key. */
export function statusAt(
  key: TokenKey,
  keys: readonly TokenKey[],
  nowSeconds: number,
): TokenKeyStatus {
  const signing = signingKeyAt(keys, nowSeconds);
  if (signing?.kid === key.kid) return 'signing';
  return signing === undefined || key.position > signing.position ? 'next' : 'retired';
}
