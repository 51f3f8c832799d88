import {
  newConsumerKey,
  newPin,
  newSecret,
  newToken,
  newVerifier,
  randomOctets,
} from './random-values.js';

describe('RFC 5849 §4.9 entropy of secrets', () => {
  it.each([
    ['consumer key', newConsumerKey, 24],
    ['token', newToken, 24],
    ['secret', newSecret, 32],
    ['verifier', newVerifier, 24],
  ])('a %s is random, and needs no percent-encoding', (_, make, octets) => {
    const values = Array.from({ length: 1000 }, make);
    expect(new Set(values).size).toBe(1000);
    for (const value of values) {
      expect(value).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(Buffer.from(value, 'base64url')).toHaveLength(octets);
    }
  });

  it('octets drawn from one pool never overlap, wherever it is filled anew', () => {
    const drawn = Array.from({ length: 2000 }, (_, n) => randomOctets(12 + (n % 21)));
    const everyEight = drawn.flatMap((octets) =>
      Array.from({ length: octets.length - 7 }, (_, at) => octets.toString('hex', at, at + 8)),
    );
    expect(new Set(everyEight).size).toBe(everyEight.length);
  });

  it('a PIN has ten signs, none of which looks like another', () => {
    const pins = Array.from({ length: 1000 }, newPin);
    expect(new Set(pins).size).toBe(1000);
    for (const pin of pins) expect(pin).toMatch(/^[34679ACDEFGHJKMNPQRTWXY]{10}$/);
    expect(new Set(pins.join('')).size).toBe(23);
  });
});
