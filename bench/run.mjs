// npm run bench [-- --quick] [--rounds N] [--only WORD] [--peer NAME=URL --provision COMMAND]
// npm run bench -- --against REV: see against.mjs
//
// Measures the service and the limits of its parts in one run, because only ratios within one run are meaningful.
// Prints a table, and writes bench/results/latest.json and docs/performance.md.
//
// A peer is another provider that serves GET /token and GET /resource; --peer may be repeated. COMMAND receives
// consumers and tokens as JSON on standard input and puts them into the peers' store: {consumers: [{key, secret}],
// temp: [{token, secret, consumer, verifier}], access: [{token, secret, consumer}]}. With
// URL?pids=PID,PID&database=PID the table also contains the processor time of the peer.
import { execSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { compare } from './against.mjs';
import { Credentials } from './credentials.mjs';
import {
  measureCeilings,
  measurePeer,
  measureReplicas,
  measureService,
  measureStatements,
} from './measure.mjs';
import { writePage } from './page.mjs';
import { startDatabase, startService } from './rig.mjs';
import { summarize } from './summary.mjs';
import { printTable } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    peer: { type: 'string', multiple: true, default: [] },
    provision: { type: 'string' },
    against: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string' },
  },
});
if (options.against === undefined) await measureAll();
else await compare(options);

async function measureAll() {
  const plan = options.quick
    ? { rounds: 1, connections: [32], seconds: 2 }
    : { rounds: 3, connections: [1, 32, 256], seconds: 4 };
  if (options.rounds) plan.rounds = Number(options.rounds);
  const wanted = (name) => options.only === undefined || options.only.includes(name);

  const measurements = [];
  const note = (measurement) => {
    measurements.push(measurement);
    const { server, job, connections, perSecond, wrong } = measurement;
    const amiss = Object.keys(wrong).length > 0 ? ` WRONG ${JSON.stringify(wrong)}` : '';
    process.stderr.write(
      `${server} ${job}, ${connections} connections: ${Math.round(perSecond)}/s${amiss}\n`,
    );
  };

  const database = await startDatabase();
  const replicas = [];
  try {
    const service = await startService(database.url);
    replicas.push(service);
    const { id, key } = service.sealingKey;
    const secrets = {
      SECRET_KEYS: `${id}:${key.toString('base64')}`,
      ADMIN_API_KEY: service.gatewayKey,
    };
    replicas.push(await startService(database.url, secrets));
    const credentials = new Credentials(database.client, service.sealingKey);
    await credentials.createConsumers();
    for (let round = 1; round <= plan.rounds; round += 1) {
      process.stderr.write(`Round ${round} of ${plan.rounds}\n`);
      if (wanted('ceilings')) await measureCeilings(plan, note);
      if (wanted('statements')) await measureStatements(plan, database, credentials, note);
      if (wanted('service')) await measureService(plan, database, service, credentials, note);
      if (wanted('replicas')) {
        await measureReplicas(plan, database, replicas, 'service, two replicas', credentials, note);
      }
      for (const peer of options.peer) {
        const [name, url] = peer.split(/=(.*)/s);
        await measurePeer(plan, { name, url, provision: options.provision }, note);
      }
    }
  } finally {
    for (const replica of replicas) await replica.stop();
    await database.stop();
  }

  const report = {
    madeAt: new Date().toISOString(),
    commit: execSync('git rev-parse --short HEAD').toString().trim(),
    machine: {
      processors: cpus().length,
      model: cpus()[0]?.model,
      memoryGigabytes: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      database: database.facts,
    },
    plan,
    results: summarize(measurements),
  };
  printTable(report.results);
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  const file = options.quick || options.only ? 'quick' : 'latest';
  writeFileSync(
    new URL(`results/${file}.json`, import.meta.url),
    `${JSON.stringify(report, null, 2)}\n`,
  );
  if (file === 'latest') writePage(report);
}
