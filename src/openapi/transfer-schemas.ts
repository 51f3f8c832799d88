import type { Schema } from './operation.js';
import { closed, input, nullable, nullableTime, text } from './shapes.js';

const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description });

/**
 * The nouns of import and export.
 *
 * @param describable what staff may say of a consumer
 */
export const transferSchemas = (
  describable: Record<string, Schema>,
): Readonly<Record<string, Schema>> => ({
  Imported: closed({
    dryRun: { type: 'boolean' },
    consumers: count('Of the file.'),
    tokens: count('Of the file.'),
  }),
  RecordLine: {
    oneOf: [
      input(
        {
          type: { const: 'consumer' },
          consumerKey: { type: 'string', minLength: 1, maxLength: 255 },
          consumerSecret: nullable('string', {
            maxLength: 1024,
            description: 'Required to import a consumer that does not sign with RSA alone.',
          }),
          previousSecret: nullable('string', { maxLength: 1024 }),
          previousSecretExpiresAt: nullableTime,
          ...describable,
          status: { enum: ['active', 'disabled', null] },
          weakSignaturesUntil: nullable('string', {
            format: 'date-time',
            description: 'From when SHA-1 and PLAINTEXT are refused.',
          }),
          createdAt: nullableTime,
        },
        ['type', 'consumerKey', 'name'],
      ),
      input(
        {
          type: { const: 'token' },
          token: { type: 'string', minLength: 1, maxLength: 255 },
          tokenSecret: {
            type: 'string',
            minLength: 1,
            maxLength: 1024,
            description: 'Required to import a token.',
          },
          consumerKey: text('Of a consumer that is registered, or in the file.'),
          subject: { type: 'string', minLength: 1, maxLength: 255 },
          scopes: nullable('array', { items: { type: 'string' }, maxItems: 100 }),
          createdAt: nullableTime,
          expiresAt: nullableTime,
          revokedAt: nullableTime,
        },
        ['type', 'token', 'consumerKey', 'subject'],
      ),
      closed({
        type: { const: 'end' },
        consumers: count('That came before.'),
        tokens: count('That came before.'),
      }),
    ],
  },
});
