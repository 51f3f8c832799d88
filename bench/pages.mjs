// `npm run bench:pages`: the CPU time and the size of a page of the resource owner. The goals are under 10 ms and,
// without the logo, under 30 kB.
//
//   node bench/pages.mjs [--pages N]
import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { GrantedRows } from './granted-rows.mjs';
import { cpuSeconds } from './process-cost.mjs';
import { startDatabase, startService } from './rig.mjs';

const GOAL_MILLISECONDS = 10;
const GOAL_BYTES = 30_000;
const SUBJECT = 'jane';
const CALLBACK = 'https://printer.example.com/ready';
/** More than one page shows. */
const CONNECTIONS = 30;
const SCOPES = [
  'albums',
  'comments',
  'contacts',
  'photos',
  'profile',
  'prints',
  'orders',
  'places',
];
const { values } = parseArgs({ options: { pages: { type: 'string', default: '1000' } } });
const count = Number(values.pages);

const database = await startDatabase();
const service = await startService(database.url, {
  PAGES_RATE_LIMIT_PER_MINUTE: '0',
  SCOPES_FILE: 'docs/examples/scopes.json',
  BRAND_NAME: 'Example Photos',
  BRAND_LOGO_FILE: 'docs/examples/logo.svg',
});
let withinGoal = true;
try {
  const cookie = await prepare();
  console.log(`${'page'.padEnd(32)} status   CPU ms    bytes    (mean of ${count})`);
  for (const [name, target, expected] of [
    ['consent, 8 scopes', '/oauth/auz/authorize?oauth_token=bench', 200],
    ['your connections, 20 of them', '/oauth/auz/grants', 200],
    ['error: unknown request', '/oauth/auz/authorize?oauth_token=unknown', 400],
  ]) {
    const { status, milliseconds, bytes } = await measure(target, cookie);
    if (status !== expected) throw new Error(`${name}: ${status}`);
    withinGoal &&= milliseconds < GOAL_MILLISECONDS && bytes < GOAL_BYTES;
    const figures = [String(status), milliseconds.toFixed(2), String(bytes)];
    console.log(name.padEnd(32), ...figures.map((figure) => figure.padStart(8)));
  }
} finally {
  await service.stop();
  await database.stop();
}
process.exitCode = withinGoal ? 0 : 1;

/** A session, a pending authorization request, and more connections than one page shows. */
async function prepare() {
  const id = randomBytes(24).toString('base64url');
  const { client } = database;
  const idHash = createHash('sha256').update(id).digest();
  const rows = new GrantedRows(service.sealingKey);
  await client.query(
    `INSERT INTO sessions (id_hash, subject, expires_at, grant_mac)
     VALUES ($1, $2, now() + interval '1 hour', $3)`,
    [idHash, SUBJECT, rows.sessionMac({ idHash, subject: SUBJECT })],
  );
  const registered = await fetch(`${service.adminBase}/admin/consumers`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${service.gatewayKey}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      consumerKey: 'bench',
      name: 'Photo printer',
      description: 'Prints photos on paper and sends them home.',
      callbackUrls: [CALLBACK],
      scopes: SCOPES,
    }),
  });
  if (registered.status !== 201) throw new Error(`No consumer: ${await registered.text()}`);
  await client.query(
    `INSERT INTO temporary_credentials (token, consumer_key, secret, callback, scopes, expires_at)
     VALUES ('bench', 'bench', '\\x00', $2, $1, now() + interval '1 hour')`,
    [SCOPES, CALLBACK],
  );
  const tokens = Array.from({ length: CONNECTIONS }, (_, n) => `bench-${n}`);
  await client.query(
    `INSERT INTO access_tokens (token, consumer_key, secret, subject, scopes, grant_mac)
     SELECT token, 'bench', '\\x00', $3, $4, grant_mac
     FROM unnest($1::text[], $2::bytea[]) AS made (token, grant_mac)`,
    [
      tokens,
      tokens.map((token) =>
        rows.accessTokenMac({ token, consumerKey: 'bench', subject: SUBJECT, scopes: SCOPES }),
      ),
      SUBJECT,
      SCOPES,
    ],
  );
  return `__Host-oauth10=${id}`;
}

/** Requests the page repeatedly over one connection, after as many requests to warm up. */
async function measure(target, cookie) {
  const open = async () => {
    const reply = await fetch(service.base + target, { headers: { cookie }, redirect: 'manual' });
    return { status: reply.status, bytes: (await reply.arrayBuffer()).byteLength };
  };
  for (let n = 0; n < count; n += 1) await open();
  const before = cpuSeconds(service.pid);
  let last;
  for (let n = 0; n < count; n += 1) last = await open();
  return { ...last, milliseconds: ((cpuSeconds(service.pid) - before) * 1000) / count };
}
