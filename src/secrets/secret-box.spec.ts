import { randomBytes } from 'node:crypto';
import { SealBroken, SecretBox } from './secret-box.js';

const key = (id: string) => ({ id, key: randomBytes(32) });
const place = { table: 'consumers', row: 'printer', column: 'secret' };

describe('RFC 5849 §4.5 plaintext storage of credentials', () => {
  const old = key('2025');
  const ring = [key('2026'), old];
  const box = new SecretBox(ring);

  it.each(['', 'kd94hf93k423kf44', 'ü€𝄞', '\0', 'x'.repeat(5000)])(
    'opens what it sealed',
    (secret) => {
      expect(box.open(box.seal(secret, place), place)).toBe(secret);
    },
  );

  it('shows nothing of the secret, and never the same twice', () => {
    const [one, other] = [box.seal('kd94hf93k423kf44', place), box.seal('kd94hf93k423kf44', place)];
    expect(one.toString('latin1')).not.toContain('kd94');
    expect(one.equals(other)).toBe(false);
  });

  it.each([
    { ...place, table: 'access_tokens' },
    { ...place, row: 'another' },
    { ...place, column: 'previous_secret' },
  ])('does not open in another place: %j', (elsewhere) => {
    expect(() => box.open(box.seal('secret', place), elsewhere)).toThrow(SealBroken);
  });

  it('opens what an older key of the ring sealed, and seals with the first', () => {
    const sealed = new SecretBox([old]).seal('secret', place);
    expect(box.open(sealed, place)).toBe('secret');
    expect(() => new SecretBox([old]).open(box.seal('secret', place), place)).toThrow(SealBroken);
  });

  it('does not open under a key of the same id but other octets', () => {
    const sealed = new SecretBox([key('2026')]).seal('secret', place);
    expect(() => box.open(sealed, place)).toThrow(SealBroken);
  });

  it('notices every single flipped bit, and every cut', () => {
    const sealed = box.seal('secret', place);
    for (let octet = 0; octet < sealed.length; octet += 1) {
      const flipped = Buffer.from(sealed);
      flipped[octet] = (flipped[octet] ?? 0) ^ 1;
      expect(() => box.open(flipped, place)).toThrow(SealBroken);
      expect(() => box.open(sealed.subarray(0, octet), place)).toThrow(SealBroken);
    }
  });

  it('needs a key', () => {
    expect(() => new SecretBox([])).toThrow('empty');
  });
});
