// npm run bench -- --against REV [--rounds 5] [--seconds 2] [--only echo,accept] [--connections 1,32] [--quick]
//
// Measures this build and that of another revision in turn, on one PostgreSQL with a database for each. Other load on
// the machine affects both, so only the ratios within a round are meaningful, and their spread shows how much. Prints
// the ratios, and writes bench/results/against.json if all jobs were measured.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { measure, sized, temporaryCredentials, wrongAnswers } from './measure.mjs';
import { builtRevision } from './revision.mjs';
import { ROOT, startDatabase, startService } from './rig.mjs';

const PUBLIC = '/oauth/oauth10';
/** Each job: the kind of load, its listener and path, and the credentials it needs. */
const JOBS = {
  echo: { kind: 'resource', path: `${PUBLIC}/echo`, given: 'access' },
  verify: { kind: 'verify', listener: 'admin', path: '/verify', given: 'access' },
  exchange: { kind: 'exchange', path: `${PUBLIC}/token`, given: 'temporary' },
  initiate: { kind: 'initiate', path: `${PUBLIC}/initiate`, given: 'access' },
  accept: {
    kind: 'accept',
    listener: 'admin',
    path: '/admin/authorization-requests',
    given: 'temporary',
  },
  mint: { kind: 'mint', listener: 'admin', path: '/admin/consumers', given: 'access' },
  dance: { kind: 'dance', path: '', given: 'access' },
};

const FIGURES = ['perSecond', 'p50Ms', 'p99Ms', 'serviceCpuMicroseconds'];

/** The parameters are the options of `npm run bench`. */
export async function compare({ against, rounds, seconds, only, connections, quick }) {
  const jobs = only === undefined ? Object.keys(JOBS) : only.split(',');
  const unknown = jobs.filter((job) => !(job in JOBS));
  if (unknown.length > 0) throw new Error(`No such job: ${unknown.join(', ')}`);
  const plan = {
    rounds: Number(rounds ?? 5),
    seconds: Number(seconds ?? (quick ? 1 : 2)),
    connections: (connections ?? (quick ? '32' : '1,32,256')).split(',').map(Number),
  };
  const ours = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT })
    .toString()
    .trim();
  const other = builtRevision(against);
  const database = await startDatabase();
  const builds = [];
  try {
    builds.push(await start('this', ROOT, database));
    builds.push(await start(other.commit, other.root, database));
    const ratios = [];
    for (let round = 1; round <= plan.rounds; round += 1) {
      process.stderr.write(`Round ${round} of ${plan.rounds}\n`);
      for (const job of jobs) {
        for (const count of plan.connections) {
          const both = new Map();
          for (const build of round % 2 ? builds : [...builds].reverse())
            both.set(build, await runJob(job, build, { ...plan, connections: count }, database));
          const [mine, theirs] = builds.map((one) => both.get(one));
          if (wrongAnswers(mine) > 0)
            throw new Error(`This build, ${job}: ${JSON.stringify(mine.wrong)}`);
          ratios.push({
            job,
            connections: count,
            refusedByOther: wrongAnswers(theirs),
            ...ratioOf(mine, theirs),
          });
        }
      }
    }
    const isWhole = only === undefined && !quick;
    report(
      plan,
      ours,
      other.commit,
      summary(ratios),
      database.facts,
      isWhole ? 'against' : 'quick',
    );
  } finally {
    for (const { service, client } of builds) {
      await client.end();
      await service.stop();
    }
    await database.stop();
  }
}

async function start(name, root, database) {
  const databaseName = `bench_${name}`;
  await database.client.query(`CREATE DATABASE "${databaseName}"`);
  const url = new URL(database.url);
  url.pathname = `/${databaseName}`;
  const service = await startService(url.href, {}, root);
  const client = new pg.Client(url.href);
  await client.connect();
  // The other revision's own module knows its tables.
  const { Credentials } = await import(pathToFileURL(join(root, 'bench/credentials.mjs')).href);
  const credentials = new Credentials(client, service.sealingKey);
  await credentials.createConsumers();
  return { name, service, client, credentials, access: await credentials.createAccessTokens() };
}

async function runJob(
  name,
  { name: server, service, client, credentials, access },
  plan,
  database,
) {
  const { kind, listener, path, given } = JOBS[name];
  const size = sized(plan, kind, plan.connections);
  const base = listener === 'admin' ? service.adminBase : service.base;
  const made =
    given === 'access' ? access : await temporaryCredentials(kind, credentials, client, size);
  const { adminBase, gatewayKey } = service;
  const job = {
    ...size,
    base,
    adminBase,
    path,
    gatewayKey,
    credentials: made,
    host: new URL(base).host,
  };
  const pids = { service: service.pid, database: database.pid };
  return measure('load-process.mjs', job, { server, job: name }, pids);
}

const ratioOf = (ours, theirs) => ({
  ours,
  theirs,
  ...Object.fromEntries(FIGURES.map((figure) => [figure, ours[figure] / theirs[figure]])),
});

/**
 * Median and quartiles of the ratios of the rounds, and the medians of the measurements. A round in which the other
 * build refused requests has no ratio.
 */
function summary(ratios) {
  const keys = [...new Set(ratios.map(({ job, connections }) => `${job} ${connections}`))];
  return keys.map((key) => {
    const all = ratios.filter(({ job, connections }) => `${job} ${connections}` === key);
    const [{ job, connections }] = all;
    const refusedByOther = all.reduce((sum, round) => sum + round.refusedByOther, 0);
    const rounds = all.filter((round) => round.refusedByOther === 0);
    if (rounds.length === 0) return { job, connections, refusedByOther };
    const figures = FIGURES.map((figure) => {
      const of = (value, share) => rounded(quantile(rounds.map(value), share));
      return [
        figure,
        {
          ratio: of((round) => round[figure], 0.5),
          quartiles: [0.25, 0.75].map((share) => of((round) => round[figure], share)),
          ours: of(({ ours }) => ours[figure], 0.5),
          theirs: of(({ theirs }) => theirs[figure], 0.5),
        },
      ];
    });
    return { job, connections, refusedByOther, ...Object.fromEntries(figures) };
  });
}

/** Interpolates between neighbours. */
function quantile(values, share) {
  const sorted = values.sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

const rounded = (value) => Number(value.toPrecision(3));

function report(plan, ours, theirs, results, facts, file) {
  const against = {
    madeAt: new Date().toISOString(),
    commit: ours,
    against: theirs,
    machine: {
      processors: cpus().length,
      model: cpus()[0]?.model,
      node: process.version,
      database: facts,
    },
    plan,
    results,
  };
  for (const { job, connections, refusedByOther, ...figures } of results) {
    if (refusedByOther > 0)
      process.stdout.write(
        `${job}, ${connections} connections: ${theirs} refused ${refusedByOther} requests\n`,
      );
    if (!figures.perSecond) continue;
    const told = FIGURES.map((figure) => {
      const { ratio, quartiles, ours, theirs } = figures[figure];
      return `${figure} ${ratio} (${quartiles.join('-')}; ${ours} of ${theirs})`;
    });
    process.stdout.write(`${job}, ${connections} connections: ${told.join(' | ')}\n`);
  }
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  writeFileSync(
    new URL(`results/${file}.json`, import.meta.url),
    `${JSON.stringify(against, null, 2)}\n`,
  );
}
