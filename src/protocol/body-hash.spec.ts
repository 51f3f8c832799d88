import { createHash } from 'node:crypto';
import { BODY_HASHES } from '../../test/vectors/signatures.js';
import { bodyHashMatches } from './body-hash.js';

describe('OAuth Request Body Hash', () => {
  it.each(BODY_HASHES)('$hash is the hash of "$body"', ({ body, hash }) => {
    expect(bodyHashMatches(hash, Buffer.from(body))).toBe(true);
    expect(bodyHashMatches(hash, Buffer.from(`${body} `))).toBe(false);
  });

  it('is taken over octets, not text', () => {
    const body = Buffer.from([0xff, 0x00, 0xc3, 0x28]);
    const hash = createHash('sha256').update(body).digest('base64');
    expect(bodyHashMatches(hash, body)).toBe(true);
  });

  it('of no other length or spelling is accepted, and none throws', () => {
    const body = Buffer.from('x');
    const digest = (name: string): Buffer => createHash(name).update(body).digest();
    const sha256 = digest('sha256').toString('base64');
    for (const hash of [
      '',
      'x',
      '=',
      digest('md5').toString('base64'),
      digest('sha384').toString('base64'),
      digest('sha1').toString('hex'),
      digest('sha256').toString('base64url'),
      sha256.slice(0, -1),
      `${sha256.slice(0, -2)}${sha256.at(-2) === '8' ? '9' : 'B'}=`,
      ` ${sha256}`,
      'é'.repeat(44),
      '漢'.repeat(28),
    ]) {
      expect(bodyHashMatches(hash, body)).toBe(false);
    }
  });
});
