import { schema } from './operation.js';

const FORM = 'application/x-www-form-urlencoded';

const refused = (description: string): object => ({
  description,
  content: {
    'text/plain': { schema: schema('OAuthProblem') },
    [FORM]: { schema: schema('OAuthProblem') },
  },
});

const refusals = {
  400: refused('The request is malformed; `oauth_problem` says how.'),
  401: refused('Not genuine, or not allowed; WWW-Authenticate carries the problem.'),
  413: { description: 'The body is larger than 64 KiB.' },
  415: { description: 'The body is compressed.' },
  429: { description: 'Too many requests. Try again after Retry-After seconds.' },
  503: { description: 'The store is out of reach. Try again after Retry-After seconds.' },
};

const signed = (operationId: string, summary: string, description: string, success: object) => ({
  operationId,
  summary,
  description,
  tags: ['OAuth 1.0a'],
  security: [{ oauth1: [] }],
  responses: { ...success, ...refusals },
});

const credentials = (name: string, description: string): object => ({
  200: {
    description: `${description} The type is what Accept prefers; where it prefers neither, REPLY_TYPE.`,
    content: { 'text/plain': { schema: schema(name) }, [FORM]: { schema: schema(name) } },
  },
  405: { description: 'GET and POST only.' },
  406: { description: 'Accept allows neither form of the reply.' },
});

const getAndPost = (operationId: string, ...rest: [string, string, object]) => ({
  get: signed(`${operationId}ByGet`, ...rest),
  post: signed(operationId, ...rest),
});

const page = (operationId: string, summary: string) => ({
  operationId,
  summary,
  tags: ['Resource owner'],
  security: [],
  responses: {
    200: { description: 'A page.', content: { 'text/html': {} } },
    302: { description: 'On to the consent application or to the callback.' },
    400: { description: 'A page that says what is wrong and what to do.' },
  },
});

const probe = (operationId: string, summary: string) => ({
  get: {
    operationId,
    summary,
    tags: ['Operation'],
    security: [],
    responses: {
      200: { description: 'Healthy.', content: { 'application/json': {} } },
      503: { description: 'Not healthy.', content: { 'application/json': {} } },
    },
  },
});

const published = (operationId: string, summary: string) => ({
  get: {
    operationId,
    summary,
    tags: ['Operation'],
    security: [],
    responses: {
      200: {
        description: 'The document.',
        content: { 'application/json': { schema: { type: 'object' } } },
      },
      404: { description: 'PLATFORM_TOKEN_ISSUER is not set.' },
      503: { description: 'The store is out of reach. Try again after Retry-After seconds.' },
    },
  },
});

/** What the public listener serves, and the probes of both. */
export const publicPaths = {
  '/oauth/oauth10/initiate': getAndPost(
    'initiate',
    'Obtain temporary credentials (RFC 5849, section 2.1)',
    'Signed by the consumer, with `oauth_callback`, and `scope` if less than all is asked for.',
    credentials('TemporaryCredentials', 'Temporary credentials.'),
  ),
  '/oauth/oauth10/token': getAndPost(
    'exchange',
    'Exchange temporary credentials for an access token (RFC 5849, section 2.3)',
    'Signed with the temporary credentials, with `oauth_verifier`.',
    credentials('TokenCredentials', 'An access token.'),
  ),
  '/oauth/oauth10/revoke': {
    post: signed('revokeOwnToken', 'Give an access token back', 'Signed with it.', {
      204: { description: 'The token is revoked.' },
    }),
  },
  '/oauth/oauth10/echo': {
    get: {
      ...signed(
        'echo',
        'Try a signer on',
        'A protected resource that says what it understood.\n\nAny method, any body.',
        {
          200: {
            description: 'What was verified.',
            content: { 'application/json': { schema: schema('Echo') } },
          },
        },
      ),
      'x-any-method': true,
    },
  },
  '/oauth/oauth10/platform-token': getAndPost(
    'exchangeForPlatformToken',
    "Get one of the platform's own bearer tokens (RFC 9068)",
    'Signed with an access token, or by a two-legged consumer alone; `scope` narrows. Only where PLATFORM_TOKEN_ISSUER is set.',
    {
      200: {
        description: 'A bearer token.',
        content: { 'application/json': { schema: schema('PlatformToken') } },
      },
      404: { description: 'PLATFORM_TOKEN_ISSUER is not set.' },
      405: { description: 'GET and POST only.' },
      406: { description: 'Accept does not allow JSON.' },
    },
  ),
  '/.well-known/jwks.json': published(
    'signingKeys',
    "Read the public keys of the platform's own tokens (RFC 7517)",
  ),
  '/.well-known/oauth-authorization-server': published(
    'issuerMetadata',
    'Read what their issuer says of itself (RFC 8414)',
  ),
  '/oauth/auz/authorize': {
    parameters: [{ name: 'oauth_token', in: 'query', required: true, schema: { type: 'string' } }],
    get: page('authorize', 'Let the resource owner decide (RFC 5849, section 2.2)'),
    post: page('authorizeByPost', 'The same, for clients that post'),
  },
  '/health/live': probe('isLive', 'Liveness probe'),
  '/health/ready': probe('isReady', 'Readiness probe'),
  '/health/startup': probe('isStarted', 'Startup probe'),
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: 'Metrics in the Prometheus text format',
      tags: ['Operation'],
      security: [],
      responses: { 200: { description: 'The metrics.', content: { 'text/plain': {} } } },
    },
  },
};
