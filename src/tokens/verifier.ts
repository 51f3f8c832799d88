import { createHash } from 'node:crypto';
import { newPin, newVerifier } from '../secrets/random-values.js';

/** A new verifier: short enough to type when there is no callback to carry it (section 2.2). */
export const verifierFor = (callback: string): string =>
  callback === 'oob' ? newPin() : newVerifier();

/**
 * What is stored and compared of a verifier. Comparing hashes leaks nothing of the value by time,
 * and a reader of the database cannot finish somebody else's authorization.
 */
export const verifierHash = (verifier: string): Buffer =>
  createHash('sha256').update(verifier).digest();
