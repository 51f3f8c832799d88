// `npm run bench:console`: the cost of the console's figures. Counting one verdict, compared with the processor time
// of an echo (goal: 1 % of it); the tables of the rollup with 1,000 consumers over 30 days (50 MB); and pages, in
// CPU, bytes and time (10 ms, 60 kB).
//
//   node bench/console.mjs [--pages N] [--consumers N] [--echo-us N]
//
// --consumers 1000000 uses as many consumers as bench:lists; --echo-us is the processor time of an echo on this
// machine.
import { parseArgs } from 'node:util';
import { VerdictCounts } from '../dist/usage/verdict-counts.js';
import { withoutIndexes } from './growth-rows.mjs';
import { cpuSeconds } from './process-cost.mjs';
import { startDatabase, startService } from './rig.mjs';

const GOAL = { milliseconds: 10, bytes: 60_000, megabytes: 50, partOfEcho: 0.01 };
const [ACTIVE, DAYS] = [1_000, 30];
const PROBLEMS = [
  'parameter_absent',
  'timestamp_refused',
  'consumer_key_rejected',
  'token_rejected',
  'token_expired',
  'token_revoked',
  'signature_invalid',
  'nonce_used',
];
const HINTS = Array.from({ length: 42 }, (_, n) => `hint:some_known_mistake_${n}`);
const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '300' },
    consumers: { type: 'string', default: '2000' },
    'echo-us': { type: 'string', default: '100' },
  },
});
const count = Number(values.pages);
let withinGoal = true;

const nanoseconds = countingNanoseconds();
const part = nanoseconds / 1_000 / Number(values['echo-us']);
judge(part <= GOAL.partOfEcho);
console.log(
  `counting a verdict: ${nanoseconds.toFixed(0)} ns, ${(part * 100).toFixed(2)} % of an echo of ${values['echo-us']} µs`,
);

const database = await startDatabase({ shared_buffers: '1GB' });
const service = await startService(database.url, { PAGES_RATE_LIMIT_PER_MINUTE: '0' });
try {
  await fillConsumers(Number(values.consumers));
  await fillFigures([...PROBLEMS, ...HINTS]);
  console.log(`${await megabytes()} MB: every known problem and hint, every day`);
  await fillFigures([...PROBLEMS, ...HINTS.slice(0, 3)]);
  judge((await megabytes()) <= GOAL.megabytes);
  console.log(`${await megabytes()} MB: eleven problems and hints, every day`);
  const cookie = await signIn();
  const [{ key }] = (
    await database.client.query('SELECT max(consumer_key) AS key FROM consumer_verdict_days')
  ).rows;
  console.log(`${'page'.padEnd(28)} status   CPU ms    bytes  took ms    (mean of ${count})`);
  for (const [name, target] of [
    ['overview', '/console/'],
    ['usage of a consumer', `/console/consumers/${key}/refusals`],
    ['consumers', '/console/consumers'],
    ['consumers, q=kiosk', '/console/consumers?q=kiosk'],
  ]) {
    const { status, milliseconds, bytes, took } = await measure(target, cookie);
    if (status !== 200) throw new Error(`${name}: ${status}`);
    judge(milliseconds < GOAL.milliseconds && bytes < GOAL.bytes);
    const figures = [String(status), milliseconds.toFixed(2), String(bytes), took.toFixed(1)];
    console.log(name.padEnd(28), ...figures.map((figure) => figure.padStart(8)));
  }
} finally {
  await service.stop();
  await database.stop();
}
process.exitCode = withinGoal ? 0 : 1;

function judge(isWithin) {
  withinGoal &&= isWithin;
}

/** The time to count one verdict in a replica with many consumers. */
function countingNanoseconds() {
  const counts = new VerdictCounts({ consumers: 10_000, claimed: 1_000 });
  const keys = Array.from({ length: ACTIVE }, (_, n) => `consumer-${n}-with-a-key-as-long-as-ours`);
  const verdicts = keys.map((consumerKey, n) => ({
    consumerKey,
    isConsumerKnown: true,
    problem: n % 10 === 0 ? PROBLEMS[(n / 10) % PROBLEMS.length] : undefined,
    hint: undefined,
    durationSeconds: 0.0007 * (1 + (n % 9)),
  }));
  const times = 2_000_000;
  let best = Infinity;
  for (let round = 0; round < 5; round += 1) {
    const startedAt = process.hrtime.bigint();
    for (let n = 0; n < times; n += 1) counts.add(verdicts[n % ACTIVE]);
    best = Math.min(best, Number(process.hrtime.bigint() - startedAt) / times);
    counts.take();
  }
  return best;
}

/** Consumers that only fill the list. One in a thousand is a kiosk. */
async function fillConsumers(rows) {
  const { client } = database;
  await client.query("SET maintenance_work_mem = '512MB'; SET session_replication_role = replica");
  await withoutIndexes(client, 'consumers', () =>
    client.query(
      `INSERT INTO consumers (consumer_key, secret, name, callback_urls, scopes, signature_methods,
         two_legged, allowed_addresses, labels, status, version, created_at)
       SELECT substr(translate(encode(sha256(int8send(n)), 'base64'), '+/=', '-_'), 1, 32),
         sha256(int8send(n)), CASE WHEN n % 1000 = 1 THEN 'Kiosk ' ELSE 'Consumer ' END || n,
         '{}', '{photos}', '{HMAC-SHA1}', false, '{}', '{}', 'active', 1,
         now() - n * interval '1 second'
       FROM generate_series(1, $1::int) AS n`,
      [rows],
    ),
  );
  await client.query('SET session_replication_role = origin');
}

/** The minutes of a day, and 30 days of each active consumer. Each row has all of these codes. */
async function fillFigures(codes) {
  const counts = Object.fromEntries(['served', ...codes].map((code, n) => [code, 10 ** (n % 5)]));
  const { client } = database;
  await client.query('TRUNCATE verdict_minutes, consumer_verdict_days');
  await client.query(
    `INSERT INTO verdict_minutes
     SELECT date_trunc('minute', now()) - n * interval '1 minute', $1::jsonb || jsonb_build_object(
       'served', n, 'ms:0.5', n, 'ms:1', n, 'ms:2', n, 'ms:3', n, 'ms:5', n, 'ms:10', n, 'ms:50', n)
     FROM generate_series(0, 1499) AS n`,
    [counts],
  );
  await client.query(
    `INSERT INTO consumer_verdict_days
     SELECT consumer_key, (now() AT TIME ZONE 'UTC')::date - day, $1
     FROM (SELECT consumer_key FROM consumers ORDER BY consumer_key LIMIT ${ACTIVE}) AS active,
       generate_series(0, ${DAYS - 1}) AS day ORDER BY day`,
    [counts],
  );
  await client.query('VACUUM ANALYZE');
}

async function megabytes() {
  const { rows } = await database.client.query(
    `SELECT round((pg_total_relation_size('verdict_minutes')
       + pg_total_relation_size('consumer_verdict_days')) / 1e6, 1)::float8 AS megabytes`,
  );
  return rows[0].megabytes;
}

/** @returns the cookies of a session with the role admin */
async function signIn() {
  const page = await fetch(`${service.adminBase}/console/sign-in`);
  const cookies = new Map();
  const keep = (reply) => {
    for (const line of reply.headers.getSetCookie()) {
      const [pair] = line.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair);
    }
    return [...cookies.values()].join('; ');
  };
  const [, token] = /name="form_token" value="([^"]*)"/.exec(await page.text()) ?? [];
  const signedIn = await fetch(`${service.adminBase}/console/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: keep(page), origin: service.adminBase },
    body: new URLSearchParams({ form_token: token, api_key: service.gatewayKey }),
  });
  if (signedIn.status !== 303 && signedIn.status !== 302) {
    throw new Error(`Not signed in: ${signedIn.status} ${await signedIn.text()}`);
  }
  return keep(signedIn);
}

/** Requests the page repeatedly over one connection, after as many requests to warm up. */
async function measure(target, cookie) {
  const open = async () => {
    const reply = await fetch(service.adminBase + target, {
      headers: { cookie },
      redirect: 'manual',
    });
    return { status: reply.status, bytes: (await reply.arrayBuffer()).byteLength };
  };
  for (let n = 0; n < count; n += 1) await open();
  const before = cpuSeconds(service.pid);
  const startedAt = performance.now();
  let last;
  for (let n = 0; n < count; n += 1) last = await open();
  return {
    ...last,
    took: (performance.now() - startedAt) / count,
    milliseconds: ((cpuSeconds(service.pid) - before) * 1000) / count,
  };
}
