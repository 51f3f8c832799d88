import { PROBLEMS } from '../http/problem-details.js';
import { formEncode } from '../protocol/form-encoding.js';

const AT = '2026-03-01T09:30:00.000Z';
const LATER = '2026-04-01T09:30:00.000Z';
const CONSUMER_KEY = 'dpf43f3p2l4k3l03';
const TOKEN = 'nnch734d00sl2jdk';
const VERIFIER = 'hfdp7dh39dks9884';
const CALLBACK = `https://printer.example.com/ready?oauth_token=hh5s93j4hdidpola&oauth_verifier=${VERIFIER}`;

const consumer = {
  consumerKey: CONSUMER_KEY,
  name: 'Printer',
  description: 'Prints photos on paper',
  websiteUrl: 'https://printer.example.com/',
  legalNotice: null,
  labels: { team: 'prints' },
  signatureMethods: ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512'],
  rsaPublicKey: null,
  callbackUrls: ['https://printer.example.com/ready'],
  scopes: ['photos'],
  twoLegged: false,
  accessTokenTtlSeconds: null,
  allowedAddresses: [],
  status: 'active',
  expiresAt: null,
  compatibility: [],
  createdAt: AT,
  updatedAt: AT,
};

const event = {
  id: '019cb2b5-0d4e-7c4a-9c1f-3f1f1d0a7a11',
  type: 'oauth10.token.revoked',
  consumerKey: CONSUMER_KEY,
  subject: `token:${TOKEN}`,
  data: {
    consumerKey: CONSUMER_KEY,
    token: TOKEN,
    subject: 'jane',
    scopes: ['photos'],
    revokedBy: 'owner',
  },
  state: 'dead',
  createdAt: AT,
  attempts: 10,
  lastError: 'answered 410',
  dueAt: null,
  settledAt: LATER,
};

const token = {
  token: TOKEN,
  consumerKey: CONSUMER_KEY,
  subject: 'jane',
  scopes: ['photos'],
  status: 'active',
  createdAt: AT,
  expiresAt: LATER,
  revokedAt: null,
};

const apiKey = {
  id: 'k3Vd0pLw',
  name: 'Edge gateway',
  role: 'gateway',
  expiresAt: null,
  createdAt: AT,
  lastUsedAt: LATER,
};

const signingKey = {
  kid: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  algorithm: 'ES256',
  status: 'signing',
  createdAt: AT,
  signsFrom: AT,
  publishedUntil: null,
};

const weakSigner = {
  consumerKey: CONSUMER_KEY,
  name: 'Printer',
  until: LATER,
  methods: [{ signatureMethod: 'HMAC-SHA1', uses: 1200, since: '2026-02-01', lastUsedAt: AT }],
  flags: [{ flag: 'split_parameters', times: 12, since: '2026-02-20', lastSeenAt: AT }],
  hints: [{ hint: 'scheme_differs', times: 3, since: '2026-02-27', lastSeenAt: AT }],
};

const scope = {
  scope: 'photos',
  title: 'Your photos',
  description: 'See the photos that you have stored, and nothing else.',
  updatedAt: AT,
};

const onePage = (item: object): object => ({ items: [item], nextCursor: null });

/** A value of each schema that replies are of; a test holds each to its schema. */
export const EXAMPLES: Readonly<Record<string, object>> = {
  Consumer: consumer,
  ConsumerPage: onePage(consumer),
  RegisteredConsumer: { ...consumer, consumerSecret: 'kd94hf93k423kf44' },
  RotatedSecret: { consumerSecret: 'j49sk3j29djd93jd', previousSecretExpiresAt: LATER },
  SecretStatus: {
    hasSecret: true,
    previousSecretExpiresAt: LATER,
    previousSecretLastUsedAt: AT,
  },
  WeakSigner: weakSigner,
  WeakSignerPage: onePage(weakSigner),
  Token: token,
  TokenPage: onePage(token),
  MintedToken: { ...token, tokenSecret: 'pfkkdhi9sl3r4s00' },
  Revoked: { revoked: 3 },
  AuthorizationRequest: {
    oauthToken: 'hh5s93j4hdidpola',
    consumer: { consumerKey: CONSUMER_KEY, name: consumer.name, description: consumer.description },
    scopes: ['photos'],
    callback: 'https://printer.example.com/ready',
    status: 'pending',
    expiresAt: LATER,
  },
  Accepted: { redirectTo: CALLBACK, oauthVerifier: VERIFIER },
  Rejected: {
    redirectTo:
      'https://printer.example.com/ready?oauth_token=hh5s93j4hdidpola&oauth_problem=permission_denied',
  },
  MadeApiKey: { ...apiKey, lastUsedAt: null, key: 'oauth10_5yq0c3m1n8Rk2T7b' },
  ApiKeyPage: onePage(apiKey),
  Event: event,
  EventPage: onePage(event),
  AuditEventPage: onePage({
    id: 42,
    at: AT,
    actor: 'ADMIN_API_KEY',
    action: 'consumer.register',
    target: CONSUMER_KEY,
    detail: { name: 'Printer', requestId: 'c1a5…', address: '192.0.2.7' },
    hash: '5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9',
  }),
  Scope: scope,
  ScopePage: onePage(scope),
  SigningKey: signingKey,
  SigningKeyPage: onePage(signingKey),
  Imported: { dryRun: false, consumers: 1, tokens: 3 },
  RecordLine: { type: 'end', consumers: 1, tokens: 3 },
  SignatureCheck: {
    active: false,
    problem: 'signature_invalid',
    advice: 'The scheme is https here, and http was signed. Sign the URL that is called.',
    hint: 'scheme_differs',
    baseString: 'GET&https%3A%2F%2Fapi.example.com%2Fphotos&oauth_consumer_key%3Ddpf43f3p2l4k3l03',
    parameters: [{ name: 'oauth_consumer_key', value: CONSUMER_KEY, from: 'header' }],
    keyParts: ['consumerSecret', 'tokenSecret'],
  },
  Verdict: {
    active: true,
    consumerKey: CONSUMER_KEY,
    token: TOKEN,
    subject: 'jane',
    scopes: ['photos'],
    expiresAt: LATER,
    bodyVerified: true,
  },
  Introspection: {
    active: true,
    client_id: CONSUMER_KEY,
    sub: 'jane',
    scope: 'photos',
    exp: 1775035800,
    iat: 1772357400,
    token_type: 'Bearer',
  },
  PlatformToken: {
    access_token: 'eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl',
    token_type: 'Bearer',
    expires_in: 60,
    scope: 'photos',
  },
  Echo: {
    consumerKey: CONSUMER_KEY,
    token: TOKEN,
    subject: 'jane',
    scopes: ['photos'],
    method: 'GET',
    url: 'https://oauth.example.com/oauth/oauth10/echo?size=original',
    parameters: [['size', 'original']],
  },
  TemporaryCredentials: {
    oauth_token: 'hh5s93j4hdidpola',
    oauth_token_secret: 'hdhd0244k9j7ao03',
    oauth_callback_confirmed: 'true',
  },
  TokenCredentials: {
    oauth_token: TOKEN,
    oauth_token_secret: 'pfkkdhi9sl3r4s00',
    oauth_expires_in: 2678400,
  },
  OAuthProblem: {
    oauth_problem: 'token_expired',
    oauth_problem_advice: 'The token has expired. Obtain a new one.',
  },
};

/** A refusal of the admin listener by its status; the first code of each stands for all. */
function problemOf(status: number): object {
  const [code = '', [, title] = ['', '']] =
    Object.entries(PROBLEMS).find(([, [its]]) => its === status) ?? [];
  return {
    type: `/docs/problems/${code}`,
    title,
    status,
    detail: `${title}.`,
    code,
    requestId: '8f14e45f-ceea-4c67-9f3b-2d1c6a0e7b55',
    ...(code === 'validation_failed' && {
      errors: [{ pointer: '/name', detail: 'must have 1 to 200 characters' }],
    }),
  };
}

interface Content {
  readonly schema?: { readonly $ref?: string };
}

/**
 * What a reply of this content looks like; undefined where nothing is said of it. A form is shown as an object,
 * and as it is sent where its type is text.
 */
export function exampleOf(status: number, type: string, { schema }: Content): unknown {
  const name = schema?.$ref?.split('/').at(-1) ?? '';
  if (name === 'Problem') return problemOf(status);
  const example = EXAMPLES[name];
  if (example === undefined || type !== 'text/plain') return example;
  return formEncode(Object.entries(example).map(([key, value]) => [key, String(value)]));
}
