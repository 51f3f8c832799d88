import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { promisify } from 'node:util';
import type { TokenAlgorithm } from '../config/token-issuer.js';

/** How long a verifier may keep the published keys without asking again. */
export const JWKS_MAX_AGE_SECONDS = 300;

/**
 * The end of a key's publication behind the last `exp` that it signed: a replica that has not been notified of
 * the next key yet signs with it for a moment longer.
 */
export const RETIREMENT_GRACE_SECONDS = 5;

/** A key of ours, whenever it signs. */
export interface TokenKey {
  /** The thumbprint of RFC 7638. */
  readonly kid: string;
  /** 1, 2, 3: a key follows those that it replaces. */
  readonly position: number;
  readonly algorithm: TokenAlgorithm;
  readonly createdAt: Date;
  readonly signsFrom: Date;
  /** Nothing that it signed lives longer, in seconds. */
  readonly longestTtlSeconds: number;
  readonly privateKey: KeyObject;
  /** As it is published. */
  readonly publicJwk: JWK;
}

/** `next` is published and signs later; `retired` is published until all that it signed has expired. */
export type TokenKeyStatus = 'next' | 'signing' | 'retired';

/** Where the private key is sealed. */
export const tokenKeySecret = (kid: string) =>
  ({ table: 'token_signing_keys', row: kid, column: 'secret' }) as const;

const generate = promisify(generateKeyPair);
const RSA_BITS = 2048;

/** A new key pair: its name, and the private key as PKCS #8 in PEM. */
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

/** The pair of a stored private key; the public half is never stored, so that nobody can put another there. */
export function openKeyPair(
  kid: string,
  algorithm: TokenAlgorithm,
  pem: string,
): Pick<TokenKey, 'privateKey' | 'publicJwk'> {
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicJwk: { ...publicJwkOf(privateKey), kid, alg: algorithm, use: 'sig' } };
}

const seconds = (instant: Date): number => instant.getTime() / 1000;

/** The newest key whose time to sign has come; undefined where there is none. */
export const signingKeyAt = (keys: readonly TokenKey[], nowSeconds: number): TokenKey | undefined =>
  keys
    .filter(({ signsFrom }) => seconds(signsFrom) <= nowSeconds)
    .reduce<TokenKey | undefined>(
      (newest, key) => (newest && newest.position > key.position ? newest : key),
      undefined,
    );

/** When a key's publication ends, in seconds since 1970; null while no newer key is there. */
export function publishedUntil(key: TokenKey, keys: readonly TokenKey[]): number | null {
  const newer = keys.filter(({ position }) => position > key.position);
  if (newer.length === 0) return null;
  const takenOverAt = Math.min(...newer.map(({ signsFrom }) => seconds(signsFrom)));
  return takenOverAt + key.longestTtlSeconds + RETIREMENT_GRACE_SECONDS;
}

/** The keys that verifiers have to know, in their order. */
export const publishedAt = (keys: readonly TokenKey[], nowSeconds: number): TokenKey[] =>
  keys.filter((key) => (publishedUntil(key, keys) ?? Infinity) > nowSeconds);

/** What a published key is there for. */
export function statusAt(
  key: TokenKey,
  keys: readonly TokenKey[],
  nowSeconds: number,
): TokenKeyStatus {
  const signing = signingKeyAt(keys, nowSeconds);
  if (signing?.kid === key.kid) return 'signing';
  return signing === undefined || key.position > signing.position ? 'next' : 'retired';
}
