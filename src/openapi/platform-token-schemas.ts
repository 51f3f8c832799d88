import { TOKEN_ALGORITHMS } from '../config/token-issuer.js';
import type { Schema } from './operation.js';
import { closed, input, nullableTime, page, text, time } from './shapes.js';

/** The nouns of the platform's own tokens. */
export const platformTokenSchemas: Readonly<Record<string, Schema>> = {
  PlatformToken: {
    ...closed({
      access_token: text('A JWT of RFC 9068.'),
      token_type: { const: 'Bearer' },
      expires_in: { type: 'integer', description: 'Seconds.' },
      scope: text('Left out where there is none.'),
    }),
    required: ['access_token', 'token_type', 'expires_in'],
  },
  SigningKey: closed({
    kid: text('The thumbprint of RFC 7638.'),
    algorithm: { enum: [...TOKEN_ALGORITHMS] },
    status: { enum: ['next', 'signing', 'retired'] },
    createdAt: time,
    signsFrom: time,
    publishedUntil: { ...nullableTime, description: 'Null while no newer key is there.' },
  }),
  SigningKeyPage: page('SigningKey'),
  IntrospectionRequest: {
    type: 'object',
    properties: { token: text('A JWT of this service, or the identifier of an access token.') },
    required: ['token'],
  },
  Introspection: {
    oneOf: [
      closed({ active: { const: false } }),
      input(
        {
          active: { const: true },
          client_id: text('The consumer key.'),
          sub: text("The resource owner's id on the platform; two-legged: the consumer key."),
          scope: text(),
          exp: { type: 'integer' },
          iat: { type: 'integer' },
          token_type: { enum: ['Bearer', 'OAuth'] },
        },
        ['active', 'client_id', 'sub', 'iat', 'token_type'],
      ),
    ],
  },
};
