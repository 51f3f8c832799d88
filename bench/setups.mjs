// What a set-up costs: this build twice, as it is and set up otherwise, in turns on one PostgreSQL with a database
// each. What the machine does beside it meets both; so only the ratios of a round mean anything. Ends with 1 where
// the goal is missed.
//
//   npm run bench:assertion  a JWT beside the verdict of /authz/forward-auth
//   npm run bench:pgbouncer  a pgbouncer of Debian's before PostgreSQL, in transaction mode
//     -- [--rounds 5] [--seconds 2] [--connections 32]
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Credentials } from './credentials.mjs';
import { measure, sized } from './measure.mjs';
import { startPgbouncer } from './pgbouncer.mjs';
import { startDatabase, startService } from './rig.mjs';

const FORWARD_AUTH = { kind: 'authz', listener: 'admin', path: '/authz/forward-auth' };
const VERIFY = { kind: 'verify', listener: 'admin', path: '/verify' };
const EXCHANGE = { kind: 'exchange', listener: 'public', path: '/oauth/oauth10/token' };

/** `figure` of the other set-up over that of the usual one is `atMost` or `atLeast` so much. */
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
    before: startPgbouncer,
    goal: { figure: 'perSecond', atLeast: 0.8 },
  },
};
const FIGURES = ['serviceCpuMicroseconds', 'perSecond', 'p99Ms'];

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
  process.exitCode = met.every(Boolean) ? 0 : 1;
} finally {
  for (const stop of stops) await stop();
}

async function start(name, { env = {}, before }) {
  await database.client.query(`CREATE DATABASE bench_${name}`);
  const url = new URL(database.url);
  url.pathname = `/bench_${name}`;
  const way = await before?.(url.href);
  if (way) stops.unshift(way.stop);
  const service = await startService(way?.url ?? url.href, env);
  stops.unshift(service.stop);
  const client = new pg.Client(url.href);
  await client.connect();
  stops.unshift(() => client.end());
  const credentials = new Credentials(client, service.sealingKey);
  await credentials.createConsumers();
  return { name, service, credentials, access: await credentials.createAccessTokens() };
}

async function ratiosOf(job, usual, other, round) {
  const results = {};
  for (const one of round % 2 ? [other, usual] : [usual, other])
    results[one.name] = await load(job, one);
  return Object.fromEntries(
    FIGURES.map((figure) => [figure, results.other[figure] / results.usual[figure]]),
  );
}

async function load({ kind, listener, path }, { name, service, credentials, access }) {
  const { pid, gatewayKey } = service;
  const base = listener === 'admin' ? service.adminBase : service.base;
  const size = sized({ seconds }, kind, connections);
  const given =
    kind === 'exchange'
      ? await credentials.createAcceptedTemporaryCredentials(size.warmUp + size.count)
      : access;
  const job = { ...size, base, host: new URL(base).host, path, gatewayKey, credentials: given };
  const names = { server: name, job: kind };
  const measured = await measure('load-process.mjs', job, names, { service: pid });
  if (Object.keys(measured.wrong).length > 0)
    throw new Error(`Wrong answers: ${name} ${kind} ${JSON.stringify(measured.wrong)}`);
  const { perSecond, serviceCpuMicroseconds, p99Ms } = measured;
  process.stdout.write(
    `${kind}, ${name}: ${perSecond.toFixed(0)} a second, ${serviceCpuMicroseconds} µs, p99 ${p99Ms.toFixed(1)} ms\n`,
  );
  return measured;
}

/** The median of the rounds; whether the goal is met. */
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
