import { schema, staffOperation } from './operation.js';

const identity: Record<string, object> = Object.fromEntries(
  [
    ['X-OAuth-Consumer-Key', 'Percent-encoded.'],
    ['X-OAuth-Token', 'Percent-encoded; empty without a token.'],
    ['X-OAuth-Subject', 'Percent-encoded.'],
    ['X-OAuth-Scope', 'Percent-encoded, blanks between the scopes.'],
    [
      'X-OAuth-Assertion',
      'All of it as a JWT of RFC 9068; empty where PLATFORM_TOKEN_ISSUER is not set.',
    ],
    ['X-OAuth-Body-Verified', 'Whether signature or hash covered the body: true or false.'],
  ].map(([name, description]): [string, object] => [
    name ?? '',
    { description, schema: { type: 'string' } },
  ]),
);

const refused = (description: string): object => ({
  description,
  content: { 'application/x-www-form-urlencoded': { schema: schema('OAuthProblem') } },
});

const authz = (operationId: string, summary: string, description: string, refusals: object) => ({
  get: {
    operationId,
    summary,
    description: `${description} The gateway's key travels in X-Gateway-Key.\n\nAny method.`,
    tags: ['Gateways'],
    security: [{ gatewayKey: [] }],
    'x-roles': ['admin', 'gateway'],
    'x-any-method': true,
    responses: {
      200: { description: 'Genuine: hand these on to the API.', headers: identity },
      ...refusals,
      503: { description: 'The store is out of reach.' },
    },
  },
});

const asSection4 = {
  400: refused('Refused; the body says why.'),
  401: refused('Refused; hand WWW-Authenticate on to the client.'),
  403: { description: "The gateway's own key is missing or not valid." },
};

/** Verdicts on signed requests. */
export const gatewayPaths = {
  '/admin/signature-checks': {
    post: staffOperation('checkSignature', {
      summary: 'Explain why the signature of a request is valid or not',
      description:
        'Judged as at /verify, but nothing is spent, and the age of the timestamp is told only where the signature holds.',
      tag: 'Gateways',
      roles: ['auditor'],
      body: {
        schema: schema('ReportedRequest'),
        example: {
          method: 'GET',
          url: 'https://api.example.com/photos?size=large',
          headers: { authorization: 'OAuth oauth_consumer_key="dpf43f3p2l4k3l03"' },
        },
      },
      success: { status: 200, description: 'What was found.', schema: schema('SignatureCheck') },
      problems: [413],
    }),
  },
  '/verify': {
    post: {
      ...staffOperation('verify', {
        summary: 'Verify a signed request that is described as JSON',
        description: 'The key travels in Authorization or X-Gateway-Key.',
        tag: 'Gateways',
        roles: ['gateway'],
        body: {
          schema: schema('ReportedRequest'),
          example: {
            method: 'GET',
            url: 'https://api.example.com/photos?size=large',
            headers: { authorization: 'OAuth oauth_consumer_key="dpf43f3p2l4k3l03"' },
          },
        },
        success: { status: 200, description: 'The verdict.', schema: schema('Verdict') },
      }),
      security: [{ bearer: [] }, { gatewayKey: [] }],
    },
  },
  '/introspect': {
    post: {
      ...staffOperation('introspect', {
        summary: 'Introspect a token (RFC 7662)',
        description:
          'A JWT of this service, or the identifier of an access token. Of one that is worth nothing no more is told. The key travels in Authorization or X-Gateway-Key.',
        tag: 'Gateways',
        roles: ['auditor', 'gateway'],
        body: {
          type: 'application/x-www-form-urlencoded',
          schema: schema('IntrospectionRequest'),
          example: { token: 'a-token-that-is-not-there' },
        },
        success: {
          status: 200,
          description: 'The introspection response.',
          schema: schema('Introspection'),
        },
        problems: [413],
      }),
      security: [{ bearer: [] }, { gatewayKey: [] }],
    },
  },
  '/authz/nginx': authz(
    'authorizeForNginx',
    'Judge a request for auth_request of nginx',
    'The request is told in X-Original-Method and X-Original-URI or X-Original-URL.',
    { 401: asSection4[401], 403: refused('Refused for any other reason.') },
  ),
  '/authz/forward-auth': authz(
    'authorizeForForwardAuth',
    'Judge a request for Traefik, Caddy or APISIX',
    'The request is told in X-Forwarded-Method, -Proto, -Host and -Uri.',
    asSection4,
  ),
  '/authz/ext-authz/{target}': {
    parameters: [
      { name: 'target', in: 'path', required: true, schema: { type: 'string' }, example: 'photos' },
    ],
    ...authz(
      'authorizeForEnvoy',
      'Judge a request for ext_authz of Envoy',
      'The request line follows the prefix, Host and X-Forwarded-Proto are the client’s.',
      asSection4,
    ),
  },
};
