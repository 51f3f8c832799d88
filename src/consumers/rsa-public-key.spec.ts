import { createPublicKey, generateKeyPairSync, type KeyExportOptions } from 'node:crypto';
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

  const pkcs8 = privatePem('pkcs8');
  const encrypted = privatePem('pkcs8', { cipher: 'aes-256-cbc', passphrase: 'x' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  it.each([
    ['PKCS#8', pkcs8],
    ['PKCS#1', privatePem('pkcs1')],
    ['encrypted', encrypted],
    ['encrypted in the old way', privatePem('pkcs1', { cipher: 'aes-256-cbc', passphrase: 'x' })],
    ['one behind its public key', spki + pkcs8],
    ['longer than any public key', `${pkcs8}${' '.repeat(5000)}`],
    ['a label in small letters', pkcs8.replaceAll('PRIVATE KEY', 'private key')],
    ['a label of a public key', pkcs8.replaceAll('PRIVATE', 'PUBLIC')],
    ['a label of a PKCS#1 public key', privatePem('pkcs1').replaceAll('PRIVATE', 'PUBLIC')],
    ['a damaged label', pkcs8.replaceAll('PRIVATE', 'PRIVAT')],
    ['half a label', pkcs8.replace('-----BEGIN PRIVATE KEY', '').replace(/-----END.*/s, '')],
    ['PKCS#8 without a label', unlabelled(pkcs8)],
    ['PKCS#1 without a label', unlabelled(privatePem('pkcs1'))],
    ['encrypted, without a label', unlabelled(encrypted)],
    ['encrypted in the old way, its label damaged', oldEncrypted()],
    ['an elliptic one without a label', unlabelled(privatePem('sec1', {}, ec))],
    ['without a label, in one line', unlabelled(pkcs8).replaceAll('\n', '')],
    ['without a label, its line ends written out', unlabelled(pkcs8).replaceAll('\n', '\\n')],
    ['without a label, in short lines', unlabelled(pkcs8).replace(/.{7}/g, '$&\n')],
    ['without a label, cut short', unlabelled(pkcs8).slice(0, 200)],
    ['behind words, without a blank between', `key:${unlabelled(pkcs8)}`],
    ['OpenSSH without a label', `b3BlbnNzaC1rZXktdjEAAAAABG5vbmU${'A'.repeat(99)}`],
    ['JWK', JSON.stringify(privateKey.export({ format: 'jwk' }), undefined, 1)],
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
    ['2047 bits', pemOf(rsa(2047).publicKey), /2048 to 4096 bits, this one has 2047/],
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

  it('refuses 4097 bits and more', () => {
    const modulus = Buffer.concat([Buffer.from([1]), Buffer.alloc(511), Buffer.from([1])]);
    const n = modulus.toString('base64url');
    const key = createPublicKey({ format: 'jwk', key: { kty: 'RSA', e: 'AQAB', n } });
    expect(() => normalizeRsaPublicKey(pemOf(key))).toThrow(/this one has 4097/);
  });

  it.each([' ', '\n', 'A', '-', '='])('4 KB of %j cost nothing to speak of', (character) => {
    const begin = '-----BEGIN PUBLIC KEY-----';
    const before = process.cpuUsage().user;
    for (const pem of [character.repeat(4096), begin + character.repeat(4000)]) {
      expect(() => normalizeRsaPublicKey(pem)).toThrow();
    }
    expect(process.cpuUsage().user - before).toBeLessThan(100_000);
  });

  it.each([
    ['1', 1n],
    ['an even one', 65_536n],
    ['one of 33 bits', (1n << 32n) + 1n],
  ])('refuses the exponent %s', (_, exponent) => {
    const jwk = publicKey.export({ format: 'jwk' });
    const hex = exponent.toString(16);
    const e = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    const key = createPublicKey({ format: 'jwk', key: { ...jwk, e: e.toString('base64url') } });
    expect(() => normalizeRsaPublicKey(pemOf(key))).toThrow(/exponent/);
  });
});

type PrivateOptions = { cipher?: string; passphrase?: string };

function privatePem(
  type: 'pkcs1' | 'pkcs8' | 'sec1',
  options: PrivateOptions = {},
  key = privateKey,
): string {
  return key.export({ type, format: 'pem', ...options } as KeyExportOptions<'pem'>).toString();
}

function unlabelled(pem: string): string {
  return pem.replace(/-----.*-----\n/g, '');
}

function oldEncrypted(): string {
  const pem = privatePem('pkcs1', { cipher: 'aes-256-cbc', passphrase: 'x' });
  return pem.replaceAll('PRIVATE KEY', 'KEY');
}

function pemOf(key: typeof publicKey): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
