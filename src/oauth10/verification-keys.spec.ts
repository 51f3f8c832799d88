import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { SecretBox, type SecretPlace } from '../secrets/secret-box.js';
import { accessTokenSecret } from '../tokens/access-token.js';
import { consumerSecret, previousConsumerSecret } from '../consumers/sealed-secrets.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import { VerificationKeyRing } from './verification-keys.js';

class CountingBox extends SecretBox {
  opened = 0;

  override open(sealed: Buffer, place: SecretPlace): string {
    this.opened += 1;
    return super.open(sealed, place);
  }
}

const box = new CountingBox([{ id: 'k', key: randomBytes(32) }]);
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const registered = {
  consumerKey: 'c',
  secret: null,
  previousSecret: null,
  previousSecretExpiresAtSeconds: null,
  weakSignaturesUntilSeconds: null,
  signatureMethods: [],
  rsaPublicKey: null,
  scopes: [],
  callbackUrls: [],
  twoLegged: false,
  accessTokenTtlSeconds: null,
  allowedAddresses: [],
  compatibility: [],
  disabled: false,
  expiresAtSeconds: null,
} satisfies SigningConsumer;
// As read afresh from the store: what is opened is remembered with the row alone.
const withSecret = () => ({
  ...registered,
  secret: box.seal('consumer secret', consumerSecret('c')),
});
const withRsaKey = () => ({
  ...registered,
  rsaPublicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
});
const place = accessTokenSecret('t');
const known = () => ({ sealed: box.seal('token secret', place), place });
const unknown = () => undefined;

describe('the keys that a signature is checked with', () => {
  const ring = new VerificationKeyRing(box);

  it.each([
    ['both known', withSecret, known, true],
    ['an unknown consumer', unknown, unknown, false],
    ['an unknown token', withSecret, unknown, false],
    ['a consumer that signs with RSA alone', withRsaKey, known, false],
    ['a consumer that signs with RSA alone, and an unknown token', withRsaKey, unknown, false],
  ] as const)('HMAC, %s: two secrets are opened', async (_, consumer, token, genuine) => {
    for (const family of ['hmac', 'plaintext'] as const) {
      const before = box.opened;
      const keys = ring.open(family, consumer(), token(), await ring.decoyForOneRequest());
      expect(box.opened - before).toBe(2);
      expect(keys.genuine).toBe(genuine);
      expect([keys.consumerSecret, keys.tokenSecret].every(Boolean)).toBe(true);
      if (genuine) expect(keys).toMatchObject({ tokenSecret: 'token secret' });
    }
  });

  it.each([
    ['both known', withRsaKey, known, true],
    ['an unknown consumer', unknown, unknown, false],
    ['an unknown token', withRsaKey, unknown, false],
    ['a consumer that has a shared secret alone', withSecret, known, false],
  ] as const)('RSA, %s: a key, and no secret opened', async (_, consumer, token, genuine) => {
    const before = box.opened;
    const keys = ring.open('rsa', consumer(), token(), await ring.decoyForOneRequest());
    expect(box.opened).toBe(before);
    expect(keys.genuine).toBe(genuine);
    expect(keys.rsaPublicKey?.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
  });

  it.each([
    ['within the overlap', 101, true],
    ['when the overlap is over', 100, false],
    ['without one', undefined, false],
    ['for an unknown consumer', null, false],
  ])('the secret before the present one, %s: one is opened', async (_, expiry, genuine) => {
    const sealed = box.seal('previous secret', previousConsumerSecret('c'));
    const consumer = {
      ...withSecret(),
      previousSecret: expiry === undefined ? null : sealed,
      previousSecretExpiresAtSeconds: expiry ?? null,
    };
    const decoy = await ring.decoyForOneRequest();
    const before = box.opened;
    const previous = ring.previousSecret(expiry === null ? undefined : consumer, 100, decoy);
    expect(box.opened - before).toBe(1);
    expect(previous.genuine).toBe(genuine);
    if (genuine) expect(previous.secret).toBe('previous secret');
  });

  it('no token at all: its secret is empty (RFC 5849 section 3.4.2)', async () => {
    const decoy = await ring.decoyForOneRequest();
    const keys = ring.open('hmac', withSecret(), 'none', decoy);
    expect(keys).toMatchObject({ consumerSecret: 'consumer secret', tokenSecret: '' });
    expect(keys.genuine).toBe(true);
  });
});
