import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { normalizeRsaPublicKey } from './rsa-public-key.js';

const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent });
const { publicKey, privateKey } = rsa(2048);
const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const pkcs1 = publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();

describe('normalizeRsaPublicKey (RFC 5849 §3.4.3)', () => {
  it.each([
    ['SubjectPublicKeyInfo', spki],
    ['PKCS#1', pkcs1],
    ['Windows line ends', spki.replaceAll('\n', '\r\n')],
    ['blank lines around', `\n\n${spki}\n\n`],
    ['one long line', spki.replace(/\n(?!-|$)/g, '').replace('KEY-----', 'KEY-----\n')],
  ])('writes %s as SubjectPublicKeyInfo', (_, pem) => {
    expect(normalizeRsaPublicKey(pem)).toBe(spki);
    expect(createPublicKey(normalizeRsaPublicKey(pem)).equals(publicKey)).toBe(true);
  });

  it('takes an exponent of 3', () => {
    const pem = rsa(2048, 3).publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(normalizeRsaPublicKey(pem)).toBe(pem);
  });

  it.each([
    ['PKCS#8', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['PKCS#1', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    [
      'encrypted',
      privateKey
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
    ],
    [
      'one behind its public key',
      spki + privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
  ])('warns of a private key and repeats nothing of it: %s', (_, pem) => {
    let message = '';
    try {
      normalizeRsaPublicKey(pem);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/holds a private key.*new key pair/);
    for (const line of pem.split('\n').slice(1, 3)) expect(message).not.toContain(line);
  });

  it.each<[string, string, RegExp]>([
    ['2047 bits', pemOf(rsa(2047).publicKey), /2048 to 8192 bits, this one has 2047/],
    ['1024 bits', pemOf(rsa(1024).publicKey), /this one has 1024/],
    ['an elliptic key', pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey), /RSA/],
    ['Ed25519', pemOf(generateKeyPairSync('ed25519').publicKey), /RSA/],
    ['RSA-PSS', pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey), /RSA/],
    ['two keys', spki + spki, /one public key/],
    ['no PEM', 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A', /one public key/],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', /one public/],
    ['nothing between the lines', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----', /one/],
    ['a key cut short', spki.replace(/^(-.*\n.*\n)[^-]*/, '$1'), /one public key/],
    ['the wrong label', spki.replaceAll('PUBLIC KEY', 'RSA PUBLIC KEY'), /one public key/],
    ['far too much', `${spki}${' '.repeat(5000)}`, /at most 4096/],
  ])('refuses %s', (_, pem, reason) => {
    expect(() => normalizeRsaPublicKey(pem)).toThrow(reason);
  });

  it.each([
    ['1', 1n],
    ['an even one', 65_536n],
    ['one of 65 bits', (1n << 64n) + 1n],
  ])('refuses the exponent %s', (_, exponent) => {
    const jwk = publicKey.export({ format: 'jwk' });
    const hex = exponent.toString(16);
    const e = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    const key = createPublicKey({ format: 'jwk', key: { ...jwk, e: e.toString('base64url') } });
    expect(() => normalizeRsaPublicKey(pemOf(key))).toThrow(/exponent/);
  });
});

function pemOf(key: typeof publicKey): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
