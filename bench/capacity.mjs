// `npm run bench:capacity`: the resources for a number of signed requests per second, calculated from measured costs.
// The model assumes that processor time is the limit, and that each process uses one core. It generates no load.
//
//   npm run bench:capacity -- [--exchanges 0.02] [--utilization 0.6] [--connections-per-replica 10]
//
// --exchanges    the share of initiates and exchanges, which always use PostgreSQL; the rest are verdicts
// --utilization  the average utilization of a core
//
// The costs are from bench/results/latest.json (`npm run bench`) at 256 connections, and from
// bench/results/nonce-store.json (`npm run bench:nonce-store`). The model first predicts two measured rates, and the
// program exits with 1 if a prediction is off by more than a tenth.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const OFF_BY_MOST = 0.1;
const RATES = [1e4, 1e5, 1e6, 1e7];
/** A claim in Redis, and how long it is kept; see docs/operations.md, "Nonce store". */
const CLAIM_OCTETS = 130;
const CLAIM_SECONDS = 420;
/** The most cores for one PostgreSQL, before its write-ahead log or its locks become the limit. */
const DATABASE_CORES_MOST = 32;

const { values } = parseArgs({
  options: {
    exchanges: { type: 'string', default: '0.02' },
    utilization: { type: 'string', default: '0.6' },
    'connections-per-replica': { type: 'string', default: '10' },
  },
});
const exchanges = Number(values.exchanges);
const utilization = Number(values.utilization);
const poolSize = Number(values['connections-per-replica']);

const read = (name) =>
  JSON.parse(readFileSync(new URL(`results/${name}.json`, import.meta.url), 'utf8'));
const { results, machine, commit } = read('latest');
const store = read('nonce-store').results;

const measured = (server, job) => {
  const row = results.find(
    (one) => one.server === server && one.job === job && one.connections === 256,
  );
  if (row === undefined) throw new Error(`latest.json lacks ${server}, ${job}, 256 connections`);
  return row;
};

/** Requests per second if the service, the database and the load share the machine's cores. */
const sharedRate = ({ serviceCpuMicroseconds, databaseCpuMicroseconds, loadCpuMicroseconds }) =>
  (machine.processors * 1e6) /
  (serviceCpuMicroseconds + databaseCpuMicroseconds + loadCpuMicroseconds);

/** Two replicas use both cores fully, so the predicted rate must equal the measured one. */
function check() {
  return ['resource', 'verify'].map((job) => {
    const row = measured('service, two replicas', job);
    const foretold = sharedRate(row);
    const off = foretold / row.perSecond - 1;
    process.stdout.write(
      `${job}, two replicas on ${machine.processors} cores: foretold ${foretold.toFixed(0)} a second, measured ${row.perSecond} (off by ${(off * 100).toFixed(1)} %)\n`,
    );
    return Math.abs(off) <= OFF_BY_MOST;
  });
}

/** Cores needed at the allowed utilization. */
const coresFor = (perSecond, microseconds) => (perSecond * microseconds) / 1e6 / utilization;

function needs(perSecond) {
  const verify = measured('service', 'verify');
  const exchange = measured('service', 'exchange');
  const withStore = store.find(({ setup, job }) => setup === 'other' && job === 'verify');
  const [acts, verdicts] = [perSecond * exchanges, perSecond * (1 - exchanges)];
  const replicas = Math.ceil(
    coresFor(verdicts, verify.serviceCpuMicroseconds) +
      coresFor(acts, exchange.serviceCpuMicroseconds),
  );
  const databaseCores = (claims) =>
    coresFor(acts, exchange.databaseCpuMicroseconds) +
    coresFor(claims, verify.databaseCpuMicroseconds);
  const shards = Math.ceil(coresFor(verdicts, withStore.storeCpuMicroseconds));
  const claimGigabytes = (verdicts * CLAIM_SECONDS * CLAIM_OCTETS) / 1e9;
  const cores = Math.ceil(databaseCores(0));
  return {
    'requests a second': perSecond.toLocaleString('en'),
    replicas,
    'their memory, GB': Math.ceil((replicas * verify.memoryMegabytes) / 1024),
    'database connections': replicas * poolSize,
    'PostgreSQL cores without a store': Math.ceil(databaseCores(verdicts)),
    'with one': cores,
    'databases by consumer': Math.ceil(cores / DATABASE_CORES_MOST),
    'Redis shards': shards,
    'Redis memory, GB': Math.ceil(claimGigabytes),
  };
}

const isRight = check().every(Boolean);
process.stdout.write(
  `Costs of commit ${commit}, ${machine.model}; ${exchanges * 100} % initiate and exchange; cores ${utilization * 100} % busy.\n`,
);
console.table(RATES.map(needs));
process.stdout.write(
  'What drives the bill: cores of replicas first, then the memory of claims, which follows the window of timestamps.\n',
);
process.exitCode = isRight ? 0 : 1;
