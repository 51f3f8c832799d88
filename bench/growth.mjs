// npm run bench:growth [-- --scale N] [--rounds N]
//
// Measures whether the service slows down with the amount of data. Two databases on one PostgreSQL, one empty, one
// with 10,000,000 valid nonces, 10,000,000 access tokens and 1,000,000 consumers, are measured in turn with the same
// load. Then the full one is measured with and without rows for the sweeper. --scale 0.01 uses a hundredth of the
// rows. Writes bench/results/growth.json and its part of docs/performance.md.
import { execSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Credentials } from './credentials.mjs';
import { addEnded, endedLeft, fill } from './growth-rows.mjs';
import { measureService } from './measure.mjs';
import { rewritePage } from './page.mjs';
import { startDatabase, startService } from './rig.mjs';

const CONNECTIONS = 32;
const ENDED_ROWS = 30_000;
const { values: options } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
  },
});
const scale = Number(options.scale);
const rounds = Number(options.rounds);
const plan = { connections: [CONNECTIONS], seconds: Number(options.seconds) };
const startedAt = performance.now();
const say = (line) =>
  process.stderr.write(`${Math.round((performance.now() - startedAt) / 1000)} s: ${line}\n`);

// A typical setting for a database of this size: its indexes are larger than the default of 128 MB.
const server = await startDatabase({ shared_buffers: '2GB' });
const worlds = {};
const measurements = [];
try {
  for (const name of ['empty', 'full']) worlds[name] = await makeWorld(name);
  await fill(worlds.full.client, scale, say);
  for (let round = 1; round <= rounds; round += 1) {
    // The second measurement of a round finds a warmer machine, so the order alternates.
    const order = round % 2 === 1 ? ['empty', 'full'] : ['full', 'empty'];
    for (const name of order) await measure(worlds[name], name);
    say(`round ${round} of ${rounds}`);
  }
  await worlds.full.service.stop();
  worlds.full.service = await startService(worlds.full.url, {
    SWEEP_INTERVAL_SECONDS: '1',
    SECRET_KEYS: worlds.full.secretKeys,
  });
  for (let round = 1; round <= rounds; round += 1) {
    await measure(worlds.full, 'nothing to sweep');
    await addEnded(worlds.full.client, Math.max(1_000, ENDED_ROWS * Math.min(1, scale * 10)));
    await measure(worlds.full, 'sweeping');
    say(`sweep ${round} of ${rounds}, ${await endedLeft(worlds.full.client)} rows left`);
  }
} finally {
  for (const { service, client } of Object.values(worlds)) {
    await service?.stop();
    await client?.end();
  }
  await server.stop();
}

const report = {
  madeAt: new Date().toISOString(),
  commit: execSync('git rev-parse --short HEAD').toString().trim(),
  scale,
  rounds,
  seconds: plan.seconds,
  growth: compare('full', 'empty'),
  sweeping: compare('sweeping', 'nothing to sweep'),
};
console.table([...report.growth, ...report.sweeping]);
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(
  new URL(scale === 1 ? 'results/growth.json' : 'results/quick.json', import.meta.url),
  `${JSON.stringify(report, null, 2)}\n`,
);
if (scale === 1) rewritePage();

/** Creates a database with a service on it. */
async function makeWorld(name) {
  await server.client.query(`CREATE DATABASE "${name}"`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const service = await startService(url.href);
  const client = new pg.Client(url.href);
  await client.connect();
  const credentials = new Credentials(client, service.sealingKey);
  await credentials.createConsumers();
  const { id, key } = service.sealingKey;
  const secretKeys = `${id}:${key.toString('base64')}`;
  return { url: url.href, service, client, credentials, secretKeys };
}

async function measure({ service, credentials }, world) {
  await measureService(plan, server, service, credentials, (measurement) => {
    measurements.push({ ...measurement, world });
    const wrong = JSON.stringify(measurement.wrong);
    if (wrong !== '{}') throw new Error(`${world} ${measurement.job}: ${wrong}`);
  });
}

/** For each job: the medians of both databases, and their ratio. */
function compare(world, beside) {
  return ['exchange', 'resource', 'verify'].map((job) => {
    const median = (name, column) => {
      const all = measurements.filter((one) => one.world === name && one.job === job);
      return all.map((one) => one[column]).sort((a, b) => a - b)[all.length >> 1];
    };
    const ratio = (column) =>
      Math.round((median(world, column) / median(beside, column)) * 100) / 100;
    return {
      job,
      world,
      beside,
      perSecond: Math.round(median(world, 'perSecond')),
      perSecondBeside: Math.round(median(beside, 'perSecond')),
      perSecondRatio: ratio('perSecond'),
      p99Ms: median(world, 'p99Ms'),
      p99MsBeside: median(beside, 'p99Ms'),
      p99Ratio: ratio('p99Ms'),
    };
  });
}
