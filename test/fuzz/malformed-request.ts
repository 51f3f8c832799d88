import { signRequest, type SigningInput } from '../support/signing-client.js';
import { ADMIN_API_KEY } from '../support/service.js';
import type { Random } from './random.js';

/** Valid credentials, so that some malformed requests get past the first check. */
export interface FuzzWorld {
  readonly consumer: { readonly consumerKey: string; readonly consumerSecret: string };
  readonly access: { readonly token: string; readonly tokenSecret: string };
}

export type Listener = 'public' | 'admin';

const EVIL_VALUES = [
  '',
  '\0',
  '%',
  '%0',
  '%zz',
  '%00',
  '%C3%28',
  '%ED%A0%80',
  '%u0041',
  '+',
  '%2B',
  "'; DROP TABLE nonces; --",
  '99999999999999999999',
  '-1',
  '1e9',
  '0x10',
  'NaN',
  '__proto__',
  'constructor',
  '\u202e',
  'ÿþ',
  '"',
  '\\',
  '\r\n\r\nHTTP/1.1 200 OK',
  '\t',
  ',,,,',
  '=',
  '&&&',
  ';',
  'a'.repeat(5_000),
  '%41'.repeat(3_000),
  'oauth_token=',
  '[]',
  '{"a":'.repeat(200),
  '../../../etc/passwd',
  'http://evil.example.com/',
  'javascript:alert(1)',
];

const TARGETS = [
  '/oauth/oauth10/initiate',
  '/oauth/oauth10/token',
  '/oauth/oauth10/echo',
  '/oauth/oauth10/revoke',
  '/oauth/auz/authorize',
  '/oauth/auz/grants',
  '/oauth/oauth10/',
  '/oauth/oauth10/echo/../token',
  '//oauth/oauth10/echo',
  '/oauth/oauth10/%65cho',
  'http://127.0.0.1/oauth/oauth10/echo',
  '*',
  '/',
  '/%',
  '/oauth/auz/%00',
  '/health/ready',
];

const ADMIN_TARGETS = [
  '/admin/consumers',
  '/admin/consumers/%00',
  '/admin/consumers/%zz',
  '/admin/consumers?limit=0&cursor=%00',
  '/admin/tokens?status=%FF',
  '/admin/audit-events?from=never',
  '/admin/api-keys/..%2f',
  '/admin/authorization-requests/%F0%9F%92%A9/accept',
  '/verify',
  '/authz/nginx',
  '/authz/forward-auth',
  '/authz/ext-authz/%00/%zz?a=%',
  '/docs/problems/%00',
  '/metrics',
  '/docs/openapi.json',
];

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'get',
  'G ET',
  'CONNECT',
];

const EVIL_HEADERS = [
  'Authorization: OAuth',
  'Authorization: OAuth ,,,',
  'Authorization: OAuth realm="x',
  'Authorization: OAuth oauth_token="a", oauth_token="b"',
  'Authorization: Bearer',
  `Authorization: Bearer ${'x'.repeat(3_000)}`,
  'Host:',
  'Host: a b',
  'Host: [::1',
  'Host: user@example.com:99999',
  'Content-Length: 5, 6',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Content-Encoding: gzip',
  'Content-Type: application/x-www-form-urlencoded; charset="',
  'Content-Type: multipart/form-data; boundary=x',
  'Content-Type: application/json',
  'Accept: ;q=,,*/*;q=2',
  'Accept: application/json',
  'Cookie: oauth10=%00; __Host-oauth10=',
  'Expect: 100-continue',
  'Expect: nothing',
  'X-Forwarded-For: not an address, 1.2.3.4.5',
  'X-Forwarded-Proto: gopher',
  'X-Original-URL: ///%',
  'X-Original-URI: /a b',
  'X-Original-Method: %',
  'X-Forwarded-Uri: http://',
  'X-Gateway-Key: \xff\xfe',
  `X-Gateway-Key: ${ADMIN_API_KEY}`,
  'If-Match: W/"',
  'Idempotency-Key: ',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Connection: keep-alive, close, ,',
  ': no name',
  'No colon at all',
  'Name : blank before colon',
  ' folded: line',
  `${'N'.repeat(300)}: x`,
  'X-Large: '.padEnd(17_000, 'x'),
];

const BODIES = [
  '',
  '{}',
  '{"name":"x"}',
  '[]',
  'null',
  '{"name":"\\ud800"}',
  '{"name":"x","name":"y"}',
  '{"__proto__":{"admin":true}}',
  `${'['.repeat(5_000)}`,
  '{"method":"GET","url":"http://%","headers":{"a":1}}',
  '{"method":"GET","url":"http://a/","headers":{"Authorization":"OAuth %"}}',
  'a=%&b=%zz',
  'oauth_token=a&oauth_token=b',
  'a=b&'.repeat(400),
  '\0\xff\xfe',
];

/** A request, as octets, with one or two mutations. It is often almost valid. */
export function malformedRequest(random: Random, world: FuzzWorld, listener: Listener): Buffer {
  let text = random.chance(3) ? grammarRequest(random, listener) : signedRequest(random, world);
  for (let times = 1 + random.below(2); times > 0; times -= 1) text = mutated(random, text);
  return Buffer.from(text, 'latin1');
}

/** A valid request as octets. */
function signedRequest(random: Random, { consumer, access }: FuzzWorld): string {
  const target = random.one(TARGETS.slice(0, 4));
  const input: SigningInput = {
    method: random.one(['GET', 'POST']),
    url: `http://127.0.0.1${target}${random.chance(2) ? '?a=b&a=c%20d&e=' : ''}`,
    ...consumer,
    ...(random.chance(3) ? {} : access),
    place: random.one(['header', 'query', 'body'] as const),
    ...(random.chance(2) ? { callback: 'oob' } : {}),
    ...(random.chance(3) ? { verifier: 'x' } : {}),
  };
  const { method, target: sent, headers, body } = signRequest(input);
  return wire(
    method,
    sent,
    headers.map(([name, value]) => `${name}: ${value}`),
    body?.toString('latin1'),
  );
}

function grammarRequest(random: Random, listener: Listener): string {
  const targets = listener === 'public' ? TARGETS : ADMIN_TARGETS;
  const headers = Array.from({ length: random.below(4) }, () => random.one(EVIL_HEADERS));
  if (listener === 'admin' && random.chance(2)) {
    headers.push(`Authorization: Bearer ${ADMIN_API_KEY}`);
  }
  const query = random.chance(2)
    ? `?${random.one(['a', 'oauth_token', 'q'])}=${random.one(EVIL_VALUES)}`
    : '';
  const body = random.chance(2) ? random.one(BODIES) : undefined;
  return wire(random.one(METHODS), random.one(targets) + query, headers, body);
}

function wire(method: string, target: string, headers: readonly string[], body?: string): string {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: 127.0.0.1', ...headers];
  if (body !== undefined) lines.push(`Content-Length: ${body.length}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** Applies one small mutation. */
function mutated(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  switch (random.below(9)) {
    case 0:
      return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + random.one(EVIL_VALUES) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + random.below(20));
    case 3:
      return text.replace('\r\n\r\n', `\r\n${random.one(EVIL_HEADERS)}\r\n\r\n`);
    case 4:
      return text.replace(/(oauth_\w+=)"?[^"&,\s]*/, `$1${random.one(EVIL_VALUES)}`);
    case 5:
      return text.replace(/oauth_\w+/, random.one(['oauth_nonce', 'oauth_', 'oauth_token[]', 'x']));
    case 6:
      return text.replace(/(oauth_\w+="[^"]*")/, '$1, $1');
    case 7:
      return text.replace(/HTTP\/1\.1/, random.one(['HTTP/1.0', 'HTTP/9.9', 'HTTP', 'HTTP/1.1 x']));
    default:
      return text.replace(
        /Host: [^\r]*/,
        random.one(['Host: A.EXAMPLE:80', 'Host: %', 'Host:', 'X: y']),
      );
  }
}
