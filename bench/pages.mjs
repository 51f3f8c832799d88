// `npm run bench:pages`: what a page of the resource owner costs the service in CPU, and how large it
// is. The goals: under 10 ms and under 30 kB, the logo aside.
//
//   node bench/pages.mjs [--pages N]
import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { cpuSeconds } from './process-cost.mjs';
import { startDatabase, startService } from './rig.mjs';

const GOAL_MILLISECONDS = 10;
const GOAL_BYTES = 30_000;
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
  for (const [name, target] of [
    ['consent, 8 scopes', '/oauth/auz/authorize?oauth_token=bench'],
    ['your connections, 20 of them', '/oauth/auz/grants'],
    ['error: unknown request', '/oauth/auz/authorize?oauth_token=unknown'],
  ]) {
    const { status, milliseconds, bytes } = await measure(target, cookie);
    withinGoal &&= milliseconds < GOAL_MILLISECONDS && bytes < GOAL_BYTES;
    const figures = [String(status), milliseconds.toFixed(2), String(bytes)];
    console.log(name.padEnd(32), ...figures.map((figure) => figure.padStart(8)));
  }
} finally {
  await service.stop();
  await database.stop();
}
process.exitCode = withinGoal ? 0 : 1;

/** A session, a request that waits for a decision, and more connections than fit on a page. */
async function prepare() {
  const id = randomBytes(24).toString('base64url');
  const { client } = database;
  await client.query(
    `INSERT INTO sessions (id_hash, subject, expires_at) VALUES ($1, 'jane', now() + interval '1 hour')`,
    [createHash('sha256').update(id).digest()],
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
      scopes: SCOPES,
    }),
  });
  if (registered.status !== 201) throw new Error(`No consumer: ${await registered.text()}`);
  await client.query(
    `INSERT INTO temporary_credentials (token, consumer_key, secret, callback, scopes, expires_at)
     VALUES ('bench', 'bench', '\\x00', 'https://printer.example.com/ready', $1, now() + interval '1 hour')`,
    [SCOPES],
  );
  await client.query(
    `INSERT INTO access_tokens (token, consumer_key, secret, subject, scopes)
     SELECT 'bench-' || n, 'bench', '\\x00', 'jane', $1 FROM generate_series(1, 30) n`,
    [SCOPES],
  );
  return `__Host-oauth10=${id}`;
}

/** The page many times over one connection, after as many again to warm up. */
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
