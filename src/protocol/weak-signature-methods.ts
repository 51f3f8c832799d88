import type { SignatureMethod } from './signature-methods.js';

const WEAK = new Set(['HMAC-SHA1', 'RSA-SHA1', 'PLAINTEXT']);

/** Whether the method rests on SHA-1, or on TLS alone (RFC 5849 sections 3.4.4 and 4.11). */
export const isWeak = ({ name }: Pick<SignatureMethod, 'name'>): boolean => WEAK.has(name);
