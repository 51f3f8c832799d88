import type { Schema } from './operation.js';
import { closed, input, nullable, nullableTime, page, text, texts, time } from './shapes.js';

const token = {
  token: text(),
  consumerKey: text(),
  subject: text("The resource owner's id on the platform."),
  scopes: texts,
  status: { enum: ['active', 'expired', 'revoked'] },
  createdAt: time,
  expiresAt: nullableTime,
  revokedAt: nullableTime,
};

const seen = (name: 'flag' | 'hint'): Schema =>
  closed({
    [name]: text(),
    times: { type: 'integer' },
    since: { type: 'string', format: 'date' },
    lastSeenAt: time,
  });

/** The nouns of secrets of consumers and of access tokens. */
export const tokenSchemas: Readonly<Record<string, Schema>> = {
  Rotation: input(
    {
      overlapSeconds: { type: 'integer', minimum: 0, maximum: 7_776_000 },
      force: nullable('boolean', { description: 'Cut short an overlap that runs.' }),
    },
    ['overlapSeconds'],
  ),
  RotatedSecret: closed({
    consumerSecret: text('Shown here only.'),
    previousSecretExpiresAt: nullable('string', {
      format: 'date-time',
      description: 'Until when the secret before holds; null: it holds no longer.',
    }),
  }),
  SecretStatus: closed({
    hasSecret: { type: 'boolean' },
    previousSecretExpiresAt: nullableTime,
    previousSecretLastUsedAt: nullable('string', {
      format: 'date-time',
      description: 'To a few seconds; null: not since the rotation.',
    }),
  }),
  Sunset: { ...input({ until: nullableTime }, ['until']) },
  WeakSigner: closed({
    consumerKey: text(),
    name: text(),
    until: nullable('string', {
      format: 'date-time',
      description: 'From when SHA-1 and PLAINTEXT are refused; null: never.',
    }),
    methods: {
      type: 'array',
      items: closed({
        signatureMethod: text(),
        uses: { type: 'integer' },
        since: { type: 'string', format: 'date' },
        lastUsedAt: time,
      }),
    },
    flags: {
      type: 'array',
      description: 'Flags of compatibility that a request was served by.',
      items: seen('flag'),
    },
    hints: {
      type: 'array',
      description: 'Mistakes that explained a signature which did not hold.',
      items: seen('hint'),
    },
  }),
  WeakSignerPage: page('WeakSigner'),
  Token: closed(token),
  MintedToken: closed({ ...token, tokenSecret: text('Shown here only.') }),
  NewToken: input(
    {
      subject: { type: 'string', minLength: 1, maxLength: 255 },
      scopes: nullable('array', { items: { type: 'string' }, maxItems: 100 }),
      ttlSeconds: nullable('integer', { minimum: 0, description: '0: until revoked.' }),
      token: nullable('string', { maxLength: 255 }),
      tokenSecret: nullable('string', { maxLength: 1024 }),
    },
    ['subject'],
  ),
  TokenPage: page('Token'),
  Revocation: input({ consumerKey: nullable('string'), subject: nullable('string') }),
  Revoked: closed({ revoked: { type: 'integer' } }),
};
