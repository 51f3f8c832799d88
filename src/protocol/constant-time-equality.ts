import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares two texts in constant time. Their lengths are not secret, because they are digests. */
export function equalDigests(sent: string, expected: string): boolean {
  const sentOctets = Buffer.from(sent, 'utf8');
  const expectedOctets = Buffer.from(expected, 'utf8');
  // timingSafeEqual throws on unequal lengths.
  return sentOctets.length === expectedOctets.length && timingSafeEqual(sentOctets, expectedOctets);
}

/** Compares two texts whose length is secret as well. It compares their digests, which have the same length. */
export function equalSecrets(sent: string, expected: string): boolean {
  return timingSafeEqual(sha256(sent), sha256(expected));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
