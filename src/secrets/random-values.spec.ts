import {
  newApiKeyId,
  newBrowserId,
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
    ['browser id', newBrowserId, 24],
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

  it('a token is the minute and 192 random bits, and sorts among those of its time', () => {
    jest.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
    const early = Array.from({ length: 1000 }, newToken);
    jest.setSystemTime(Date.UTC(2026, 0, 1, 0, 1));
    const later = Array.from({ length: 1000 }, newToken);
    jest.useRealTimers();
    const all = [...early, ...later];
    expect(new Set(all.map((token) => token.slice(5))).size).toBe(2000);
    for (const token of all) {
      expect(token).toMatch(/^[a-z0-9]{5}[A-Za-z0-9_-]{32}$/);
      expect(Buffer.from(token.slice(5), 'base64url')).toHaveLength(24);
    }
    expect([...early].sort().at(-1)! < [...later].sort()[0]!).toBe(true);
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

  it.each([
    ['consumer key', newConsumerKey],
    ['id of an API key', newApiKeyId],
  ])('a %s is no option of a command', (_, make) => {
    for (let n = 0; n < 2_000; n += 1) expect(make()).not.toMatch(/^-/);
  });
});
