import { generateKeyPairSync } from 'node:crypto';
import { ConsumerChange, NewConsumer } from './consumer-registration.js';
import {
  contradictions,
  consumerMetadata,
  needsSharedSecret,
  type SharedSecretKind,
} from './consumer-metadata.js';
import { strictInput } from '../input/strict-input.js';

const rsaPublicKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();
const described = (given: object) => consumerMetadata(strictInput(NewConsumer, given));
const changed = (given: object, change: object) =>
  consumerMetadata(strictInput(ConsumerChange, change), described(given));

describe('describedConsumer', () => {
  it('gives a key RSA-SHA256 and RSA-SHA512, and no key the HMAC methods', () => {
    const { signatureMethods } = described({ name: 'x' });
    expect(signatureMethods).toEqual(['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512']);
    const withKey = described({ name: 'x', rsaPublicKey });
    expect(withKey.signatureMethods).toEqual(['RSA-SHA256', 'RSA-SHA512']);
  });

  it('keeps the methods when a key is added, and falls back by the key when they are null', () => {
    const hmac = { name: 'x', signatureMethods: ['HMAC-SHA1'] };
    expect(changed(hmac, { rsaPublicKey }).signatureMethods).toEqual(['HMAC-SHA1']);
    expect(changed(hmac, { rsaPublicKey, signatureMethods: null }).signatureMethods).toEqual([
      'RSA-SHA256',
      'RSA-SHA512',
    ]);
  });

  it('tells false and 0 from what is left out', () => {
    const before = { name: 'x', twoLegged: true, accessTokenTtlSeconds: 60 };
    const after = changed(before, { twoLegged: false, accessTokenTtlSeconds: 0 });
    expect(after).toMatchObject({ twoLegged: false, accessTokenTtlSeconds: 0 });
    expect(changed(before, {})).toEqual(described(before));
    expect(changed(before, { accessTokenTtlSeconds: null }).accessTokenTtlSeconds).toBeNull();
  });
});

describe('contradictions', () => {
  it.each<[object, SharedSecretKind, string[]]>([
    [{ signatureMethods: ['HMAC-SHA1'] }, 'text', []],
    [{ signatureMethods: ['HMAC-SHA1'] }, 'none', ['/signatureMethods']],
    [{ signatureMethods: ['PLAINTEXT'] }, 'none', ['/signatureMethods']],
    [{ signatureMethods: ['RSA-SHA1'], rsaPublicKey }, 'none', []],
    [{ signatureMethods: ['RSA-SHA1'] }, 'text', ['/rsaPublicKey']],
    [
      { signatureMethods: ['RSA-SHA1', 'HMAC-SHA1'] },
      'none',
      ['/rsaPublicKey', '/signatureMethods'],
    ],
  ])('of %j, secret %s: %j', (given, secret, pointers) => {
    const faults = contradictions(described({ name: 'x', ...given }), secret);
    expect(faults.map(({ pointer }) => pointer)).toEqual(pointers);
  });
});

describe('needsSharedSecret (RFC 5849 §3.4.2, §3.4.4)', () => {
  it.each([
    [['HMAC-SHA256'], true],
    [['PLAINTEXT'], true],
    [['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512'], false],
    [['RSA-SHA1', 'PLAINTEXT'], true],
  ])('%j: %p', (signatureMethods, needed) => {
    expect(needsSharedSecret(described({ name: 'x', signatureMethods }))).toBe(needed);
  });
});
