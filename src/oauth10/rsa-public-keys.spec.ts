import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { RsaPublicKeys } from './rsa-public-keys.js';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The same modulus with another exponent, in big-endian octets. */
function pemWith(exponent: readonly number[]): string {
  const e = Buffer.from(exponent).toString('base64url');
  const key = createPublicKey({
    key: { ...publicKey.export({ format: 'jwk' }), e },
    format: 'jwk',
  });
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

describe('a registered RSA key', () => {
  const keys = new RsaPublicKeys();

  it('is parsed once', () => {
    const pem = pemWith([1, 0, 1]);
    expect(keys.parsed(pem)?.asymmetricKeyDetails?.publicExponent).toBe(65537n);
    expect(keys.parsed(pem)).toBe(keys.parsed(pem));
  });

  // Registered before there was a limit: each signature would cost as much as hundreds of others.
  it.each([
    [[0xff, 0xff, 0xff, 0xff], true],
    [[1, 0, 0, 0, 1], false],
    [[0x55, ...Array.from({ length: 255 }, () => 0x55)], false],
  ])('verifies with exponents below 2^32 alone: %j', (exponent, isUsed) => {
    const pem = pemWith(exponent);
    for (let n = 0; n < 2; n += 1) expect(keys.parsed(pem) !== undefined).toBe(isUsed);
  });
});
