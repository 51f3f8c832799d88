import { parameter, schema, staffOperation } from './operation.js';
import { eventPaths } from './event-paths.js';
import { scopePaths } from './scope-paths.js';
import { tokenPaths } from './token-paths.js';
import { transferPaths } from './transfer-paths.js';

const list = [parameter('limit'), parameter('cursor')];
const filter = (name: string, description: string): object => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string' },
});
const eTag = { ETag: { description: 'The version, for If-Match.', schema: { type: 'string' } } };

const consumers = {
  '/admin/consumers': {
    post: staffOperation('registerConsumer', {
      summary: 'Register a consumer',
      description:
        'An own `consumerKey` and `consumerSecret` bring a consumer along from elsewhere. The secret is shown in this reply only.',
      tag: 'Consumers',
      roles: [],
      parameters: [parameter('idempotencyKey')],
      body: {
        schema: schema('NewConsumer'),
        example: {
          name: 'Photo printer',
          callbackUrls: ['https://printer.example.com/ready'],
          scopes: ['photos'],
        },
      },
      success: {
        status: 201,
        description: 'The consumer, and its secret.',
        schema: schema('RegisteredConsumer'),
        headers: { Location: { schema: { type: 'string' } }, ...eTag },
      },
      problems: [409, 422],
    }),
    get: staffOperation('listConsumers', {
      summary: 'List consumers',
      tag: 'Consumers',
      roles: ['auditor'],
      parameters: [
        ...list,
        { name: 'status', in: 'query', schema: { enum: ['active', 'disabled'] } },
        filter('q', 'Part of the key or of the name, in any letter case.'),
        filter('order', '`asc`, the oldest first, unless it is `desc`, the newest first.'),
      ],
      success: { status: 200, description: 'A page.', schema: schema('ConsumerPage') },
    }),
  },
  '/admin/consumers/{consumerKey}': {
    parameters: [parameter('consumerKey')],
    get: staffOperation('getConsumer', {
      summary: 'Get a consumer',
      tag: 'Consumers',
      roles: ['auditor'],
      success: {
        status: 200,
        description: 'The consumer.',
        schema: schema('Consumer'),
        headers: eTag,
      },
      problems: [404],
    }),
    patch: staffOperation('changeConsumer', {
      summary: 'Update a consumer; disable or enable it',
      description:
        'What is left out stays; null stands for the default. `labels` in JSON replace those before; in a merge patch (RFC 7396) they are merged, and null takes one out.',
      tag: 'Consumers',
      roles: [],
      parameters: [parameter('ifMatch')],
      body: { schema: schema('ConsumerChange'), example: { status: 'disabled' } },
      mergePatch: {
        schema: schema('ConsumerMergePatch'),
        example: { labels: { team: 'prints', contact: null } },
      },
      success: {
        status: 200,
        description: 'The consumer as it is now.',
        schema: schema('Consumer'),
        headers: eTag,
      },
      problems: [404, 412],
    }),
    delete: staffOperation('deleteConsumer', {
      summary: 'Delete a consumer and all its tokens',
      tag: 'Consumers',
      roles: [],
      parameters: [parameter('ifMatch')],
      success: { status: 204, description: 'It is gone.' },
      problems: [404, 412],
    }),
  },
};

const authorizationRequests = {
  '/admin/authorization-requests/{oauthToken}': {
    parameters: [parameter('oauthToken')],
    get: staffOperation('getAuthorizationRequest', {
      summary: 'Get an authorization request',
      tag: 'Authorization requests',
      roles: ['auditor', 'consent'],
      success: {
        status: 200,
        description: 'The authorization request.',
        schema: schema('AuthorizationRequest'),
      },
      problems: [404],
    }),
  },
  '/admin/authorization-requests/{oauthToken}/accept': {
    parameters: [parameter('oauthToken')],
    post: staffOperation('acceptAuthorizationRequest', {
      summary: 'Accept an authorization request',
      description:
        'Send the browser to `redirectTo`; with `oob` show the verifier instead. With an `Idempotency-Key` a repeated request gets the first reply again, even when the credentials have expired since.',
      tag: 'Authorization requests',
      roles: ['consent'],
      parameters: [parameter('idempotencyKey')],
      body: { schema: schema('Acceptance'), example: { subject: 'jane', scopes: ['photos'] } },
      success: { status: 200, description: 'The decision.', schema: schema('Accepted') },
      problems: [404, 409, 410, 422],
    }),
  },
  '/admin/authorization-requests/{oauthToken}/reject': {
    parameters: [parameter('oauthToken')],
    post: staffOperation('rejectAuthorizationRequest', {
      summary: 'Reject an authorization request',
      tag: 'Authorization requests',
      roles: ['consent'],
      parameters: [parameter('idempotencyKey')],
      body: { schema: schema('Rejection'), example: { reason: 'Not mine' } },
      success: { status: 200, description: 'The decision.', schema: schema('Rejected') },
      problems: [404, 409, 410, 422],
    }),
  },
};

const apiKeys = {
  '/admin/api-keys': {
    post: staffOperation('createApiKey', {
      summary: 'Create an API key for staff, a gateway or a consent application',
      tag: 'Keys and record',
      roles: [],
      parameters: [parameter('idempotencyKey')],
      body: { schema: schema('NewApiKey'), example: { name: 'Edge gateway', role: 'gateway' } },
      success: {
        status: 201,
        description: 'The key, shown here only.',
        schema: schema('MadeApiKey'),
      },
      problems: [409, 422],
    }),
    get: staffOperation('listApiKeys', {
      summary: 'List API keys, oldest first',
      tag: 'Keys and record',
      roles: ['auditor'],
      parameters: list,
      success: { status: 200, description: 'A page.', schema: schema('ApiKeyPage') },
    }),
  },
  '/admin/api-keys/{id}': {
    parameters: [parameter('id')],
    delete: staffOperation('deleteApiKey', {
      summary: 'Revoke an API key; it is refused everywhere within a second',
      tag: 'Keys and record',
      roles: [],
      success: { status: 204, description: 'It is gone.' },
      problems: [404],
    }),
  },
  '/admin/signing-keys': {
    get: staffOperation('listSigningKeys', {
      summary: "List the keys that sign the platform's own tokens, oldest first",
      tag: 'Keys and record',
      roles: ['auditor'],
      parameters: list,
      success: { status: 200, description: 'A page.', schema: schema('SigningKeyPage') },
      problems: [404],
    }),
  },
  '/admin/signing-keys/rotate': {
    post: staffOperation('rotateSigningKey', {
      summary: 'Create the next signing key',
      description:
        'It is published at once, and signs after PLATFORM_TOKEN_KEY_LEAD_SECONDS. The one before stays published until all that it signed has expired.',
      tag: 'Keys and record',
      roles: [],
      success: { status: 200, description: 'The new key.', schema: schema('SigningKey') },
      problems: [404],
    }),
  },
  '/admin/audit-events': {
    get: staffOperation('listAuditEvents', {
      summary: 'List audit events',
      tag: 'Keys and record',
      roles: ['auditor'],
      parameters: [
        ...list,
        filter('actor', 'Who, exactly.'),
        filter('action', 'What was done, exactly.'),
        filter(
          'target',
          'To what: `consumer:KEY`, `token:TOKEN`, …; a key or an identifier alone finds whatever it is that of.',
        ),
        filter('from', 'A date-time of RFC 3339, included.'),
        filter('to', 'A date-time of RFC 3339, not included.'),
        filter('order', '`asc`, the oldest first, unless it is `desc`, the newest first.'),
      ],
      success: { status: 200, description: 'A page.', schema: schema('AuditEventPage') },
    }),
  },
};

/** The operations below /admin. */
export const staffPaths = {
  ...consumers,
  ...tokenPaths,
  ...scopePaths,
  ...authorizationRequests,
  ...apiKeys,
  ...eventPaths,
  ...transferPaths,
};
