import { createHmac, randomBytes } from 'node:crypto';
import { KeyedHash } from './keyed-hash.js';

describe('HMAC for many texts in a row', () => {
  it.each(['md5', 'sha1', 'sha256', 'sha384', 'sha512'])(
    'is that of node:crypto, %s, whatever the lengths of key and text',
    (by) => {
      for (const keyOctets of [0, 1, 20, 63, 64, 65, 127, 128, 129, 300]) {
        const key = randomBytes(keyOctets);
        const keyed = new KeyedHash(by, key);
        for (const textOctets of [0, 1, 300, 130_944, 131_008, 131_009, 140_000]) {
          const text = randomBytes(textOctets).toString('latin1');
          const right = createHmac(by, key).update(text, 'latin1').digest('hex');
          expect(keyed.digest(text).toString('hex')).toBe(right);
        }
      }
    },
  );

  it('takes a text for a key as UTF-8', () => {
    const right = createHmac('sha1', 'größe&').update('GET&x').digest('hex');
    expect(new KeyedHash('sha1', 'größe&').digest('GET&x').toString('hex')).toBe(right);
  });

  it('knows no other hash', () => {
    expect(() => new KeyedHash('sha3-256', '')).toThrow('no block of sha3-256');
  });
});
