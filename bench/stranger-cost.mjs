// `npm run bench:stranger-cost`: the cost of one unauthenticated request in milliseconds of processor time (the main
// thread, the worker threads and the garbage collector), at the largest sizes that are accepted. Requests of one kind
// are sent in rounds over a few connections, so that they share the delay of a refusal. The figure is that of the
// cheapest round, which other load on the machine affects least. The goal is at most 3 ms.
//
//   node bench/stranger-cost.mjs [--rounds 6] [--requests 160] [--only KIND] [--against COMMIT]
//
// With --against, the build of another commit is measured in turn with this one, and the ratio is printed.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Connection } from './connection.mjs';
import { processorMilliseconds } from './process-cost.mjs';
import { builtRevision } from './revision.mjs';
import { startDatabase, startService } from './rig.mjs';

const GOAL_MS = 3;
const CONNECTIONS = 8;
const WARM_UP_ROUNDS = 8;
const BODY_OCTETS = 64 * 1024;
const PARAMETERS = 256;
/** Node accepts 16 KiB of request line and headers in total. */
const HEAD_OCTETS = 15 * 1024;
const FORM = 'application/x-www-form-urlencoded';
const OCTETS = { 'HMAC-SHA1': 20, 'HMAC-SHA256': 32, 'HMAC-SHA512': 64, 'RSA-SHA256': 256 };
const INITIATE = 'POST /oauth/oauth10/initiate';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    requests: { type: 'string', default: '160' },
    only: { type: 'string', default: '' },
    against: { type: 'string' },
  },
});
const [rounds, requests] = [Number(values.rounds), Number(values.requests)];

const random = () => randomBytes(12).toString('base64url');
const encoded = (text) => encodeURIComponent(text);

/** A signature with the method's length, which is wrong because a stranger has no secret. */
function authorization(method, more = '', octets = OCTETS[method]) {
  const signature = encoded(randomBytes(octets).toString('base64'));
  return (
    `Authorization: OAuth oauth_consumer_key="${random()}", oauth_signature_method="${method}", ` +
    `oauth_timestamp="${Math.floor(Date.now() / 1000)}", oauth_nonce="${random()}", ` +
    `oauth_callback="oob", oauth_signature="${signature}"${more}`
  );
}

function request(line, fields, body = '') {
  const length = line.startsWith('POST') ? [`Content-Length: ${body.length}`] : [];
  const head = [`${line} HTTP/1.1`, 'Host: x', ...fields, ...length].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${body}`, 'latin1');
}

const form = (method, body, more) =>
  request(INITIATE, [authorization(method, more), `Content-Type: ${FORM}`], body);

const filled = (piece, octets = BODY_OCTETS) => piece.repeat(Math.floor(octets / piece.length));
// A blank becomes five characters in the signature base string, which is limited to 112 KiB (request-parameters.ts).
const BLANKS = 10_000;
const OF_BLANKS = `a=${filled('+', BLANKS)}${filled('b', BODY_OCTETS - 2 - BLANKS)}`;
const OF_ESCAPES = `a=${filled('%ff', BODY_OCTETS - 2)}`;
const OF_PIECES = filled('&');
const OF_PARAMETERS = Array.from(
  { length: PARAMETERS - 6 },
  (_, n) => `${filled('+b', 80)}${n}=${filled('%3d%3db', 128)}`,
).join('&');
const BODY_HASH = `${filled('A', 4090)}A=`;

const PAGE = 'GET /oauth/auz/authorize?oauth_token=nobody';
/** As many pairs with different names as fit into the request head. */
const pairs = (pairOf) =>
  Array.from({ length: HEAD_OCTETS / 6 }, (_, n) => pairOf(n.toString(36).padStart(3, 'a'))).join(
    '',
  );
const chunked = (line, chunk, count) =>
  Buffer.from(
    `${line} HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `${chunk.repeat(count)}0\r\n\r\n`,
  );

const KINDS = {
  'a small request': () =>
    request('GET /oauth/oauth10/echo', [authorization('HMAC-SHA1', ', oauth_token="t"')]),
  ...Object.fromEntries(
    Object.keys(OCTETS).map((method) => [
      `64 KiB form of blanks, ${method}`,
      () => form(method, OF_BLANKS),
    ]),
  ),
  'the same, a signature of no length': () =>
    request(INITIATE, [authorization('HMAC-SHA256', '', 20), `Content-Type: ${FORM}`], OF_BLANKS),
  'the same, a plain body hash': () =>
    form('HMAC-SHA512', OF_BLANKS, `, oauth_body_hash="${BODY_HASH}"`),
  '64 KiB form of octets, HMAC-SHA512': () =>
    form('HMAC-SHA512', `a=${filled('\xffb', BLANKS * 2)}`),
  '64 KiB form of escapes, HMAC-SHA512': () => form('HMAC-SHA512', OF_ESCAPES),
  'more to sign than is let in': () => form('HMAC-SHA512', filled('+')),
  '64 KiB form of nothing': () => form('HMAC-SHA512', OF_PIECES),
  'as many parameters as are let in': () => form('HMAC-SHA512', OF_PARAMETERS),
  'one parameter too many': () => form('HMAC-SHA512', filled('a&')),
  'a body of another type, hashed': () =>
    request(
      INITIATE,
      [
        authorization('HMAC-SHA512', `, oauth_body_hash="${randomBytes(64).toString('base64')}"`),
        'Content-Type: application/json',
      ],
      filled('{'),
    ),
  'a long query': () =>
    request(`GET /oauth/oauth10/echo?a=${filled('+', HEAD_OCTETS)}`, [
      authorization('HMAC-SHA512'),
    ]),
  'a long query and a 64 KiB form': () =>
    request(
      `${INITIATE}?a=${filled('b', HEAD_OCTETS)}`,
      [authorization('HMAC-SHA512'), `Content-Type: ${FORM}`],
      OF_BLANKS,
    ),
  'a long path and many other hosts': () =>
    request(`${INITIATE}#${filled('/', 8_000)}`, [
      authorization('HMAC-SHA1'),
      `X-Forwarded-Host: ${filled('a.example,', 7_000)}`,
    ]),
  'a body of ampersands, 4 KiB': () =>
    request(
      INITIATE,
      [authorization('HMAC-SHA1'), 'Content-Type: application/json'],
      filled('&', 4_096),
    ),
  'a plain body hash of 4 KiB': () =>
    request(`GET /oauth/oauth10/echo?a=${filled('+', 10_000)}`, [
      authorization('HMAC-SHA512', `, oauth_body_hash="${BODY_HASH}"`),
    ]),
  'Accept, a range each four octets': () =>
    request('GET /oauth/oauth10/echo', [`Accept: ${filled('a/b,', HEAD_OCTETS)}`]),
  'Accept of commas': () =>
    request('GET /oauth/oauth10/echo', [`Accept: ${filled(',', HEAD_OCTETS)}`]),
  'Authorization of quotes': () =>
    request('GET /oauth/oauth10/echo', [`Authorization: OAuth ${filled('a="",', HEAD_OCTETS)}`]),
  'Authorization of backslashes': () =>
    request('GET /oauth/oauth10/echo', [`Authorization: OAuth a="${filled('\\\\', HEAD_OCTETS)}"`]),
  'as many header fields as Node takes': () =>
    request('GET /oauth/oauth10/echo', filled('a:b\n', 8_000).trim().split('\n')),
  'Accept-Language of commas, a page': () =>
    request(PAGE, [`Accept-Language: ${filled('a,', HEAD_OCTETS)}`]),
  'Cookie of pairs, a page': () => request(PAGE, [`Cookie: ${pairs((name) => `${name}=b;`)}`]),
  'Cookie of broken escapes, a page': () =>
    request(PAGE, [`Cookie: ${pairs((name) => `${name}=%;`)}`]),
  'Cookie of semicolons, a page': () => request(PAGE, [`Cookie: ${filled(';', HEAD_OCTETS)}`]),
  'Cookie of our own names, a page': () =>
    request(PAGE, [
      `Cookie: ${Array.from({ length: HEAD_OCTETS / 12 }, (_, n) => `oauth10${n.toString(36).padStart(3, 'a')}=;`).join('')}`,
    ]),
  'a page, a long query': () => request(`${PAGE}&${filled('a=%41&', HEAD_OCTETS)}`, []),
  'a decision, 64 KiB': () =>
    request('POST /oauth/auz/decision', [`Content-Type: ${FORM}`, 'Origin: http://x'], OF_ESCAPES),
  'an exchange without a verifier, 64 KiB': () =>
    request(
      'POST /oauth/oauth10/token',
      [authorization('HMAC-SHA512', ', oauth_token="t"'), `Content-Type: ${FORM}`],
      OF_BLANKS,
    ),
  'a body in chunks of one octet': () =>
    chunked('POST /oauth/oauth10/echo', '1\r\na\r\n', BODY_OCTETS),
  'a body in the smallest chunks that are let in': () =>
    chunked('POST /oauth/oauth10/echo', `B4\r\n${'a'.repeat(180)}\r\n`, BODY_OCTETS / 180),
  'many small chunks and some large ones': () =>
    Buffer.from(
      `POST /oauth/oauth10/echo HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${'1\r\na\r\n'.repeat(256)}${`80\r\n${'a'.repeat(128)}\r\n`.repeat(508)}0\r\n\r\n`,
    ),
  'chunks of one octet to nowhere': () => chunked('POST /nowhere', '1\r\na\r\n', BODY_OCTETS),
  'the smallest chunks that are let in, to nowhere on the admin listener': () =>
    Buffer.from(
      `POST /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${'1\r\na\r\n'.repeat(436)}${`80\r\n${'a'.repeat(128)}\r\n`.repeat(508)}0\r\n\r\n`,
    ),
  'many small chunks and some large ones, to the console': () =>
    Buffer.from(
      `POST /console/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${'1\r\na\r\n'.repeat(436)}${`80\r\n${'a'.repeat(128)}\r\n`.repeat(508)}0\r\n\r\n`,
    ),
  'a verdict without a key': () =>
    request('POST /verify', ['Content-Type: application/json'], filled('[')),
  'nowhere, a long path': () => request(`GET /${filled('%2e/', HEAD_OCTETS)}`, []),
};

/** All other kinds are on the public listener. */
const ON_ADMIN = new Set([
  'a verdict without a key',
  'the smallest chunks that are let in, to nowhere on the admin listener',
  'many small chunks and some large ones, to the console',
]);
/** Expected statuses other than 401. A request with another refusal than intended would measure something else. */
const STATUS = {
  'more to sign than is let in': 400,
  'one parameter too many': 400,
  'a long query and a 64 KiB form': 400,
  'Authorization of quotes': 400,
  'Authorization of backslashes': 400,
  'Accept-Language of commas, a page': 400,
  'Cookie of pairs, a page': 400,
  'Cookie of broken escapes, a page': 400,
  'Cookie of semicolons, a page': 400,
  'Cookie of our own names, a page': 400,
  'the smallest chunks that are let in, to nowhere on the admin listener': 404,
  'many small chunks and some large ones, to the console': 400,
  'many small chunks and some large ones': 400,
  'a page, a long query': 400,
  'a decision, 64 KiB': 403,
  'an exchange without a verifier, 64 KiB': 400,
  'a body in chunks of one octet': 400,
  'chunks of one octet to nowhere': 404,
  'nowhere, a long path': 404,
};

const stops = [];
const services = [];
let isWithin = true;
try {
  const roots = [undefined, ...(values.against ? [builtRevision(values.against).root] : [])];
  for (const root of roots) {
    const database = await startDatabase();
    stops.unshift(database.stop);
    const service = await startService(database.url, { PAGES_RATE_LIMIT_PER_MINUTE: '0' }, root);
    stops.unshift(service.stop);
    services.push(service);
  }
  const kinds = Object.entries(KINDS).filter(([kind]) => kind.includes(values.only));
  // Warms up, so that the figures do not include JIT compilation.
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1)
    for (const [kind, make] of kinds)
      for (const service of services) await roundOf(service, kind, make);
  for (const [kind, make] of kinds) {
    const found = services.map(() => ({ ms: Infinity }));
    for (let round = 0; round < rounds; round += 1)
      for (const [n, service] of services.entries()) {
        const { ms, status } = await roundOf(service, kind, make);
        found[n] = { ms: Math.min(found[n].ms, ms), status };
      }
    const [{ ms, status }, other] = found;
    if (found[0].status !== (STATUS[kind] ?? 401)) {
      throw new Error(`${kind}: answered with ${found[0].status}`);
    }
    isWithin &&= ms <= GOAL_MS;
    const ratio = other
      ? `, ${(ms / other.ms).toFixed(2)} × ${other.ms.toFixed(2)} (${other.status})`
      : '';
    const verdict = ms <= GOAL_MS ? '' : `, beyond the ${GOAL_MS} allowed`;
    console.log(`${ms.toFixed(2).padStart(7)} ms  ${kind} (${status})${ratio}${verdict}`);
  }
} finally {
  for (const stop of stops) await stop();
}
process.exitCode = isWithin ? 0 : 1;

async function roundOf(service, kind, make) {
  const { hostname, port } = new URL(ON_ADMIN.has(kind) ? service.adminBase : service.base);
  const connections = Array.from(
    { length: CONNECTIONS },
    () => new Connection(hostname, Number(port)),
  );
  let status;
  const left = Array.from({ length: requests }, make);
  const before = processorMilliseconds(service.pid);
  await Promise.all(
    connections.map(async (connection) => {
      while (left.length > 0) ({ status } = await connection.request(left.pop()));
    }),
  );
  const ms = (processorMilliseconds(service.pid) - before) / requests;
  for (const connection of connections) connection.close();
  return { ms, status };
}
