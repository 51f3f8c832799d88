import { createHash, timingSafeEqual } from 'node:crypto';
import type { DerivedKeys } from '../secrets/derived-keys.js';
import { isPin, newPin, newVerifier } from '../secrets/random-values.js';

/** A new verifier. Without a callback a person types it, so it is short (section 2.2). */
export const verifierFor = (callback: string): string =>
  callback === 'oob' ? newPin() : newVerifier();

/** A verifier in its readable form: a typed one in two halves, others unchanged. */
export const groupedPin = (verifier: string): string =>
  isPin(verifier) ? `${verifier.slice(0, PIN_HALF)}-${verifier.slice(PIN_HALF)}` : verifier;

const PIN_HALF = 5;
/** Ten characters, with blanks and hyphens between them; a longer text was not typed. */
const TYPED_AT_MOST = 30;

/** Blanks, and all the dashes that a phone or a text program makes of a hyphen. */
const BETWEEN = /[\s\p{Pd}\u00ad\u2212]/gu;

/**
 * Normalizes a verifier. A person may type lower case, and blanks, hyphens or dashes between the halves. A text
 * that is not a typed verifier is returned unchanged.
 *
 * @param sent the decoded oauth_verifier
 */
export function typedVerifier(sent: string): string {
  if (sent.length > TYPED_AT_MOST) return sent;
  const typed = sent.replace(BETWEEN, '').toUpperCase();
  return isPin(typed) ? typed : sent;
}

/** What the resource owner allowed, and the verifier that proves it. */
export interface Allowed {
  readonly token: string;
  readonly consumerKey: string;
  /** When the temporary credentials expire, in milliseconds since 1970, by the database's clock. */
  readonly expiresAtMs: number;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly verifier: string;
}

/**
 * The stored form of a verifier. It is a MAC, because a typed verifier has 45 bits, too few for a plain hash.
 * The MAC covers token, consumer, subject, scopes and expiry, so that the verifier is invalid if one of them is
 * changed in the database.
 */
export const verifierMac = (keys: DerivedKeys, allowed: Allowed): Buffer =>
  keys.mac('verifier', contentOf(allowed));

/** The hash that the previous release stores and compares. Used only while its replicas may still run. */
export const plainVerifierHash = (verifier: string): Buffer =>
  createHash('sha256').update(verifier).digest();

/**
 * Whether the verifier matches the stored value.
 *
 * @param takesPlain whether plain hashes are valid, because replicas of the previous release may still run
 */
export function verifierHolds(
  keys: DerivedKeys,
  allowed: Allowed,
  stored: Buffer,
  takesPlain: boolean,
): boolean {
  if (keys.verify('verifier', contentOf(allowed), stored)) return true;
  const plain = plainVerifierHash(allowed.verifier);
  return takesPlain && stored.length === plain.length && timingSafeEqual(stored, plain);
}

const contentOf = (allowed: Allowed): string => {
  const { token, consumerKey, expiresAtMs, subject, scopes, verifier } = allowed;
  return JSON.stringify([token, consumerKey, expiresAtMs, subject, scopes, verifier]);
};
