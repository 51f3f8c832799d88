import { createHash, timingSafeEqual } from 'node:crypto';
import type { DerivedKeys } from '../secrets/derived-keys.js';
import { isPin, newPin, newVerifier } from '../secrets/random-values.js';

/** A new verifier: short enough to type when there is no callback to carry it (section 2.2). */
export const verifierFor = (callback: string): string =>
  callback === 'oob' ? newPin() : newVerifier();

/** A verifier as people read it best: one for manual entry in two halves, others as they are. */
export const groupedPin = (verifier: string): string =>
  isPin(verifier) ? `${verifier.slice(0, PIN_HALF)}-${verifier.slice(PIN_HALF)}` : verifier;

const PIN_HALF = 5;
/** Ten characters with all that is typed between them; whatever is longer was not typed. */
const TYPED_AT_MOST = 30;

/** Blanks, and whatever a phone or a text makes of a hyphen. */
const BETWEEN = /[\s\p{Pd}\u00ad\u2212]/gu;

/**
 * A verifier as it was made, from what was sent: a person types lower case, and blanks or hyphens
 * between the halves, perhaps those that a phone makes of them. All that is no verifier for manual
 * entry stays as it is.
 *
 * @param sent text, as oauth_verifier was decoded
 */
export function typedVerifier(sent: string): string {
  if (sent.length > TYPED_AT_MOST) return sent;
  const typed = sent.replace(BETWEEN, '').toUpperCase();
  return isPin(typed) ? typed : sent;
}

/** What the resource owner allowed, and what proves it. */
export interface Allowed {
  readonly token: string;
  readonly consumerKey: string;
  /** Milliseconds since 1970, by the database's clock: when the temporary credentials end. */
  readonly expiresAtMs: number;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly verifier: string;
}

/**
 * What is stored of a verifier: a MAC, since a verifier that is typed has 45 bits, too few for a plain
 * hash. It holds who allowed what to whom until when, so that nobody can change these in the database and keep the verifier.
 */
export const verifierMac = (keys: DerivedKeys, allowed: Allowed): Buffer =>
  keys.mac('verifier', contentOf(allowed));

/** What the version before stored and compares; written and taken only while it may still serve. */
export const plainVerifierHash = (verifier: string): Buffer =>
  createHash('sha256').update(verifier).digest();

/**
 * Whether the verifier is the one of which this is stored.
 *
 * @param takesPlain while the version before may still serve
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
