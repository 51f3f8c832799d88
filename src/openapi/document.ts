import { VERSION } from '../config/version.js';
import { exampleOf } from './examples.js';
import { gatewayPaths } from './gateway-paths.js';
import { publicPaths } from './public-paths.js';
import { schemas } from './schemas.js';
import { staffPaths } from './staff-paths.js';

const inPath = (name: string, description: string): object => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

const formSchema = (properties: Record<string, object>, required: readonly string[]): object => ({
  type: 'object',
  properties,
  required,
});

const TEXT = { type: 'string' };

/** The public paths are served elsewhere than this document is; probes and metrics are here too. */
const onTheirListener = (paths: object): object =>
  Object.fromEntries(
    Object.entries(paths).map(([path, item]: [string, object]) => [
      path,
      path.startsWith('/oauth/') ? { ...item, servers: [PUBLIC_LISTENER] } : item,
    ]),
  );

interface Replies {
  readonly responses?: Readonly<Record<string, { readonly content?: Record<string, object> }>>;
}

/** Each reply with an example of its own. */
function withExamples(paths: object): object {
  const content = (status: string, of: Record<string, object>): object =>
    Object.fromEntries(
      Object.entries(of).map(([type, one]) => {
        const example = exampleOf(Number(status), type, one);
        return [type, example === undefined ? one : { ...one, example }];
      }),
    );
  const replies = (operation: Replies): object =>
    operation.responses === undefined
      ? operation
      : {
          ...operation,
          responses: Object.fromEntries(
            Object.entries(operation.responses).map(([status, reply]) => [
              status,
              reply.content ? { ...reply, content: content(status, reply.content) } : reply,
            ]),
          ),
        };
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]: [string, object]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([method, operation]: [string, Replies]) => [
          method,
          replies(operation),
        ]),
      ),
    ]),
  );
}

const PUBLIC_LISTENER = {
  url: '{scheme}://{authority}',
  description:
    'The public listener, at these paths and at those of ENDPOINT_ALIASES. It is another origin, so this page sends nothing there: take the curl command.',
  variables: {
    scheme: { default: 'http', enum: ['http', 'https'] },
    authority: { default: '127.0.0.1:3000', description: 'As clients see it.' },
  },
};

/** What the service answers to, as OpenAPI 3.1. A function of nothing: each call makes it anew. */
export const openApiDocument = (): object => ({
  openapi: '3.1.0',
  info: {
    title: 'OAuth 1.0a service',
    version: VERSION,
    description:
      'Temporary credentials, resource owner authorization and access tokens of RFC 5849 on the public listener; staff, gateways and operation on the admin listener.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'The listener that this page came from' }],
  tags: [
    { name: 'OAuth 1.0a', description: 'Public listener: signed requests.' },
    { name: 'Resource owner', description: 'Public listener: pages.' },
    { name: 'Consumers', description: 'Admin listener: registered clients.' },
    { name: 'Access tokens', description: 'Admin listener: token credentials of all consumers.' },
    { name: 'Scopes', description: 'Admin listener: what scopes mean to resource owners.' },
    { name: 'Authorization requests', description: 'Admin listener: for a consent application.' },
    { name: 'Keys and record', description: 'Admin listener: who may, and who did.' },
    { name: 'Import and export', description: 'Admin listener: everything as a file.' },
    { name: 'Gateways', description: 'Admin listener: verdicts on signed requests.' },
    { name: 'Operation', description: 'Probes and counters.' },
  ],
  security: [{ bearer: [] }],
  paths: withExamples({ ...onTheirListener(publicPaths), ...staffPaths, ...gatewayPaths }),
  components: {
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        description: "A key of /admin/api-keys, ADMIN_API_KEY, or a JWT of the platform's issuer.",
      },
      gatewayKey: {
        type: 'apiKey',
        in: 'header',
        name: 'X-Gateway-Key',
        description: 'A key of role gateway, where Authorization is the client’s.',
      },
      oauth1: {
        type: 'http',
        scheme: 'OAuth',
        description: 'A signature of RFC 5849, in the header, the query or a form body.',
      },
    },
    parameters: {
      limit: {
        name: 'limit',
        in: 'query',
        schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      },
      cursor: {
        name: 'cursor',
        in: 'query',
        description: 'The nextCursor of the page before, for the same list under the same filters.',
        schema: TEXT,
      },
      ifMatch: {
        name: 'If-Match',
        in: 'header',
        description: 'The ETag of the version that may be changed.',
        schema: TEXT,
      },
      idempotencyKey: {
        name: 'Idempotency-Key',
        in: 'header',
        description:
          'The same key and body again get the same reply for a day, and make nothing new, also after a 503 or a lost reply. While the first try is under way, or its outcome is unknown: 409 `request_in_flight` with `Retry-After`.',
        schema: TEXT,
      },
      consumerKey: inPath('consumerKey', 'Percent-encoded.'),
      oauthToken: inPath('oauthToken', 'Of temporary credentials.'),
      token: inPath('token', 'Percent-encoded.'),
      id: inPath('id', 'Of a key, or of an event.'),
      scope: inPath('scope', 'Percent-encoded.'),
    },
    schemas: {
      ...schemas,
      TemporaryCredentials: formSchema(
        {
          oauth_token: TEXT,
          oauth_token_secret: TEXT,
          oauth_callback_confirmed: { const: 'true' },
        },
        ['oauth_token', 'oauth_token_secret', 'oauth_callback_confirmed'],
      ),
      TokenCredentials: formSchema(
        {
          oauth_token: TEXT,
          oauth_token_secret: TEXT,
          oauth_expires_in: { type: 'integer', description: 'Seconds; left out: until revoked.' },
        },
        ['oauth_token', 'oauth_token_secret'],
      ),
      OAuthProblem: formSchema({ oauth_problem: TEXT, oauth_problem_advice: TEXT }, [
        'oauth_problem',
        'oauth_problem_advice',
      ]),
      Echo: {
        type: 'object',
        properties: {
          consumerKey: TEXT,
          token: { type: ['string', 'null'] },
          subject: { type: ['string', 'null'] },
          scopes: { type: 'array', items: TEXT },
          method: TEXT,
          url: TEXT,
          parameters: {
            type: 'array',
            items: { type: 'array', items: TEXT, minItems: 2, maxItems: 2 },
          },
        },
        required: ['consumerKey', 'token', 'subject', 'scopes', 'method', 'url', 'parameters'],
        additionalProperties: false,
      },
    },
  },
});
