import { parameter, schema, staffOperation } from './operation.js';

const filter = (name: string, description: string): object => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string' },
});

/** Shared secrets of consumers. */
const secrets = {
  '/admin/consumers/{consumerKey}/secret': {
    parameters: [parameter('consumerKey')],
    post: staffOperation('rotateConsumerSecret', {
      summary: 'Give a consumer a new secret',
      description:
        'The secret before holds beside the new one for `overlapSeconds`; 0 cuts the client off at once. While the overlap of an earlier rotation runs, another is refused (409 `secret_overlap_running`) unless `force` is true, which ends the earlier secret at once. A consumer without a secret gets one. The secret is shown in this reply only.',
      tag: 'Consumers',
      roles: [],
      parameters: [parameter('idempotencyKey')],
      body: { schema: schema('Rotation'), example: { overlapSeconds: 86_400 } },
      success: { status: 200, description: 'The new secret.', schema: schema('RotatedSecret') },
      problems: [404, 409, 422],
    }),
    get: staffOperation('getConsumerSecretStanding', {
      summary: 'See whether the secret before is still in use',
      tag: 'Consumers',
      roles: ['auditor'],
      success: {
        status: 200,
        description: 'How the secrets stand, and neither of them.',
        schema: schema('SecretStatus'),
      },
      problems: [404],
    }),
  },
};

const weakSignatures = {
  '/admin/consumers/{consumerKey}/weak-signatures': {
    parameters: [parameter('consumerKey')],
    get: staffOperation('getWeakSignatures', {
      summary: 'See how often a consumer signs with SHA-1 or PLAINTEXT',
      tag: 'Consumers',
      roles: ['auditor'],
      success: { status: 200, description: 'Counted by method.', schema: schema('WeakSigner') },
      problems: [404],
    }),
    put: staffOperation('setWeakSignaturesUntil', {
      summary: 'Set from when a consumer may not sign with SHA-1 or PLAINTEXT any more',
      tag: 'Consumers',
      roles: [],
      body: { schema: schema('Sunset'), example: { until: '2030-01-31T12:00:00Z' } },
      success: { status: 200, description: 'As it is now.', schema: schema('WeakSigner') },
      problems: [404],
    }),
  },
  '/admin/reports/weak-signatures': {
    get: staffOperation('listWeakSigners', {
      summary: 'List consumers that sign with SHA-1 or PLAINTEXT, by key',
      description: 'Counted to a few seconds; what a process had not written when it died is lost.',
      tag: 'Consumers',
      roles: ['auditor'],
      parameters: [parameter('limit'), parameter('cursor')],
      success: { status: 200, description: 'A page.', schema: schema('WeakSignerPage') },
    }),
  },
};

const tokens = {
  '/admin/consumers/{consumerKey}/tokens': {
    parameters: [parameter('consumerKey')],
    post: staffOperation('mintToken', {
      summary: 'Make an access token for a subject',
      description:
        'An own `token` and `tokenSecret` bring one along from elsewhere. The secret is shown in this reply only.',
      tag: 'Access tokens',
      roles: [],
      parameters: [parameter('idempotencyKey')],
      body: { schema: schema('NewToken'), example: { subject: 'jane', scopes: ['photos'] } },
      success: {
        status: 201,
        description: 'The token, and its secret.',
        schema: schema('MintedToken'),
        headers: { Location: { schema: { type: 'string' } } },
      },
      problems: [404, 409, 422],
    }),
  },
  '/admin/tokens': {
    get: staffOperation('listTokens', {
      summary: 'List access tokens, oldest first',
      tag: 'Access tokens',
      roles: ['auditor'],
      parameters: [
        parameter('limit'),
        parameter('cursor'),
        filter('consumerKey', 'Whose, exactly.'),
        filter('subject', 'For whom, exactly.'),
        { name: 'status', in: 'query', schema: { enum: ['active', 'expired', 'revoked'] } },
      ],
      success: { status: 200, description: 'A page.', schema: schema('TokenPage') },
    }),
  },
  '/admin/tokens/revoke': {
    post: staffOperation('revokeTokens', {
      summary: 'Revoke all tokens of a consumer, of a subject, or of both together',
      tag: 'Access tokens',
      roles: [],
      body: { schema: schema('Revocation'), example: { subject: 'jane' } },
      success: {
        status: 200,
        description: 'How many were not revoked before.',
        schema: schema('Revoked'),
      },
    }),
  },
  '/admin/tokens/{token}': {
    parameters: [parameter('token')],
    get: staffOperation('getToken', {
      summary: 'Show an access token',
      tag: 'Access tokens',
      roles: ['auditor'],
      success: { status: 200, description: 'The token.', schema: schema('Token') },
      problems: [404],
    }),
  },
  '/admin/tokens/{token}/revoke': {
    parameters: [parameter('token')],
    post: staffOperation('revokeToken', {
      summary: 'Revoke an access token',
      description: 'Within a second nobody takes it any more. The time of the first call stands.',
      tag: 'Access tokens',
      roles: [],
      success: { status: 204, description: 'It is revoked, now or before.' },
      problems: [404],
    }),
  },
};

/** The operations on secrets and weak signatures of consumers, and on access tokens. */
export const tokenPaths = { ...secrets, ...weakSignatures, ...tokens };
