import { createHash } from 'node:crypto';
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

/**
 * A verifier as it was made, from what was sent: a person types lower case, and blanks or hyphens
 * between the halves, perhaps those that a phone makes of them. All that is no verifier for manual
 * entry stays as it is.
 *
 * @param sent one octet a character
 */
export function typedVerifier(sent: string): string {
  if (sent.length > TYPED_AT_MOST) return sent;
  const typed = sent.replace(/[\s\x80-\xff-]/g, '').toUpperCase();
  return isPin(typed) ? typed : sent;
}

/**
 * What is stored and compared of a verifier. Comparing hashes leaks nothing of the value by time,
 * and a reader of the database cannot finish somebody else's authorization.
 */
export const verifierHash = (verifier: string): Buffer =>
  createHash('sha256').update(verifier).digest();
