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
      summary: 'Rotate the secret of a consumer',
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
      summary: 'Get whether the previous secret is still in use',
      tag: 'Consumers',
      roles: ['auditor'],
      success: {
        status: 200,
        description: 'The status of both secrets, without the secrets.',
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
      summary: 'Get how often a consumer signs with SHA-1 or PLAINTEXT',
      tag: 'Consumers',
      roles: ['auditor'],
      success: { status: 200, description: 'Counted by method.', schema: schema('WeakSigner') },
      problems: [404],
    }),
    put: staffOperation('setWeakSignaturesUntil', {
      summary: 'Set the date from which SHA-1 and PLAINTEXT are refused',
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
      summary: 'Create an access token for a subject',
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
        description: 'The number of tokens revoked by this call.',
        schema: schema('Revoked'),
      },
    }),
  },
  '/admin/tokens/{token}': {
    parameters: [parameter('token')],
    get: staffOperation('getToken', {
      summary: 'Get an access token',
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
      description:
        'It is refused everywhere within a second. A repeated call keeps the time of the first.',
      tag: 'Access tokens',
      roles: [],
      success: { status: 204, description: 'The token is revoked.' },
      problems: [404],
    }),
  },
};

/** The operations on secrets and weak signatures of consumers, and on access tokens. */
export const tokenPaths = { ...secrets, ...weakSignatures, ...tokens };
