// Compares this build with itself in another set-up, in turn on one PostgreSQL with a database for each. Other load
// on the machine affects both, so only the ratios within a round are meaningful. Exits with 1 if the goal is missed.
//
//   npm run bench:assertion  a JWT in addition to the verdict of /authz/forward-auth
//   npm run bench:pgbouncer  Debian's pgbouncer in front of PostgreSQL, in transaction mode
//   npm run bench:nonce-store  nonces in Debian's Redis instead of PostgreSQL
//   npm run bench:events  every exchange sends an event to a receiver that accepts it
//   npm run bench:events-hanging  the same with a receiver that never answers
//     -- [--rounds 5] [--seconds 2] [--connections 32]
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Credentials } from './credentials.mjs';
import { measure, sized } from './measure.mjs';
import { startPgbouncer, startReceiver, startRedis } from './neighbours.mjs';
import { ROOT, startDatabase, startService } from './rig.mjs';

const FORWARD_AUTH = { kind: 'authz', listener: 'admin', path: '/authz/forward-auth' };
const VERIFY = { kind: 'verify', listener: 'admin', path: '/verify' };
const ECHO = { kind: 'resource', listener: 'public', path: '/oauth/oauth10/echo' };
const EXCHANGE = { kind: 'exchange', listener: 'public', path: '/oauth/oauth10/token' };

/** The ratio of `figure` in the other set-up to the usual one must be `atMost` or `atLeast` this value. */
const SETUPS = {
  assertion: {
    jobs: [FORWARD_AUTH],
    env: {
      PLATFORM_TOKEN_ISSUER: 'https://auth.example.com',
      PLATFORM_TOKEN_AUDIENCE: 'https://api.example.com',
    },
    goal: { figure: 'serviceCpuMicroseconds', atMost: 1.1 },
  },
  pgbouncer: {
    jobs: [EXCHANGE, VERIFY],
    neighbour: startPgbouncer,
    goal: { figure: 'perSecond', atLeast: 0.8 },
  },
  'nonce-store': {
    jobs: [ECHO, VERIFY],
    neighbour: startRedis,
    goal: { figure: 'perSecond', atLeast: 1 },
  },
  events: {
    jobs: [EXCHANGE],
    neighbour: () => startReceiver('takes'),
    afterwards: untilDelivered,
    goal: { figure: 'p99Ms', atMost: 1.1 },
  },
  'events-hanging': {
    jobs: [EXCHANGE],
    neighbour: () => startReceiver('hangs'),
    afterwards: eventsWaiting,
    goal: { figure: 'p99Ms', atMost: 1.1 },
  },
};
const FIGURES = ['serviceCpuMicroseconds', 'perSecond', 'p99Ms', 'memoryMegabytes'];
/** Results of fewer rounds or less time mean little and are not saved. */
const KEPT_FROM = { rounds: 3, seconds: 1 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
  },
});
const [rounds, seconds, connections] = [values.rounds, values.seconds, values.connections].map(
  Number,
);
const setup = SETUPS[positionals[0]];
if (setup === undefined) throw new Error(`One of ${Object.keys(SETUPS).join(', ')}`);

const stops = [];
const measurements = [];
const database = await startDatabase();
stops.unshift(database.stop);
try {
  const usual = await start('usual', {});
  const other = await start('other', setup);
  const ratios = setup.jobs.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [n, job] of setup.jobs.entries())
      ratios[n].push(await ratiosOf(job, usual, other, round));
  const met = setup.jobs.map((job, n) => report(job, ratios[n]));
  if (rounds >= KEPT_FROM.rounds && seconds >= KEPT_FROM.seconds) keep();
  process.exitCode = met.every(Boolean) ? 0 : 1;
} finally {
  for (const stop of stops) await stop();
}

async function start(name, { env = {}, neighbour, afterwards }) {
  await database.client.query(`CREATE DATABASE bench_${name}`);
  const url = new URL(database.url);
  url.pathname = `/bench_${name}`;
  const beside = await neighbour?.(url.href);
  if (beside) stops.unshift(beside.stop);
  const service = await startService(beside?.url ?? url.href, { ...env, ...beside?.env });
  stops.unshift(service.stop);
  const client = new pg.Client(url.href);
  await client.connect();
  stops.unshift(() => client.end());
  const credentials = new Credentials(client, service.sealingKey);
  await credentials.createConsumers();
  const access = await credentials.createAccessTokens();
  return { name, service, credentials, access, client, afterwards, storePid: beside?.pid };
}

async function ratiosOf(job, usual, other, round) {
  const results = {};
  for (const one of round % 2 ? [other, usual] : [usual, other])
    results[one.name] = await load(job, one);
  return Object.fromEntries(
    FIGURES.map((figure) => [figure, results.other[figure] / results.usual[figure]]),
  );
}

async function load({ kind, listener, path }, one) {
  const { name, service, credentials, access, storePid } = one;
  const { pid, gatewayKey } = service;
  const base = listener === 'admin' ? service.adminBase : service.base;
  const size = sized({ seconds }, kind, connections);
  const given =
    kind === 'exchange'
      ? await credentials.createAcceptedTemporaryCredentials(size.warmUp + size.count)
      : access;
  const job = { ...size, base, host: new URL(base).host, path, gatewayKey, credentials: given };
  const names = { server: name, job: kind };
  const pids = { service: pid, database: storePid };
  const measured = await measure('load-process.mjs', job, names, pids);
  if (Object.keys(measured.wrong).length > 0)
    throw new Error(`Wrong answers: ${name} ${kind} ${JSON.stringify(measured.wrong)}`);
  const { perSecond, serviceCpuMicroseconds, p99Ms, memoryMegabytes } = measured;
  const told = await one.afterwards?.(one.client);
  process.stdout.write(
    `${kind}, ${name}: ${perSecond.toFixed(0)} a second, ${serviceCpuMicroseconds} µs, p99 ${p99Ms.toFixed(1)} ms, ` +
      `${memoryMegabytes} MB${told ? `; ${told}` : ''}\n`,
  );
  measurements.push(measured);
  return measured;
}

/** The rate of deliveries during the load that has just ended, and the time for the remaining ones. */
async function untilDelivered(client) {
  const { rows } = await client.query(
    `SELECT count(*)::int AS delivered FROM events WHERE settled_at > now() - make_interval(secs => $1)`,
    [seconds],
  );
  const since = performance.now();
  while ((await waitingIn(client)) > 0) await sleep(50);
  const behind = ((performance.now() - since) / 1000).toFixed(1);
  return `${(rows[0].delivered / seconds).toFixed(0)} events delivered a second, the last ${behind} s later`;
}

async function eventsWaiting(client) {
  return `${await waitingIn(client)} events wait`;
}

async function waitingIn(client) {
  const { rows } = await client.query(
    `SELECT count(*)::int AS waiting FROM events WHERE state = 'pending'`,
  );
  return rows[0].waiting;
}

/** Saves the results, for bench/capacity.mjs and for later comparison. */
function keep() {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT });
  const medians = ['usual', 'other'].flatMap((server) =>
    setup.jobs.map(({ kind }) => {
      const all = measurements.filter((one) => one.server === server && one.job === kind);
      const of = (figure) => middle(all.map((one) => one[figure]));
      const figures = ['p50Ms', ...FIGURES].map((figure) => [
        figure,
        Number(of(figure).toPrecision(4)),
      ]);
      const storeCpuMicroseconds = all.some((one) => one.databaseCpuMicroseconds !== undefined)
        ? of('databaseCpuMicroseconds')
        : undefined;
      return { setup: server, job: kind, ...Object.fromEntries(figures), storeCpuMicroseconds };
    }),
  );
  const kept = {
    madeAt: new Date().toISOString(),
    commit: commit.toString().trim(),
    plan: { rounds, seconds, connections },
    results: medians,
  };
  writeFileSync(
    new URL(`results/${positionals[0]}.json`, import.meta.url),
    `${JSON.stringify(kept, null, 2)}\n`,
  );
}

/** Prints the median of the rounds, and returns whether the goal is met. */
function report({ kind }, ratios) {
  const median = Object.fromEntries(
    FIGURES.map((figure) => [figure, middle(ratios.map((ratio) => ratio[figure]))]),
  );
  const { figure, atMost = Infinity, atLeast = 0 } = setup.goal;
  const isMet = median[figure] <= atMost && median[figure] >= atLeast;
  const told = FIGURES.map((name) => `${name} ${median[name].toFixed(3)} ×`).join(', ');
  process.stdout.write(
    `${kind}, median of ${rounds} rounds: ${told}; goal of ${figure} ${isMet ? 'met' : 'missed'}\n`,
  );
  return isMet;
}

function middle(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
