// What a JWT beside the verdict costs: /authz/forward-auth of a service that issues assertions, and of one that
// does not, in turns on one PostgreSQL with a database each. What the machine does beside it meets both; so only
// the ratios of a round mean anything. Ends with 1 above the goal.
//
//   npm run bench:assertion -- [--rounds 5] [--seconds 2] [--connections 32]
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Credentials } from './credentials.mjs';
import { measure, sized } from './measure.mjs';
import { startDatabase, startService } from './rig.mjs';

/** The processor time of a request with the assertion, over that of one without. */
const GOAL = 1.1;
const ISSUER = {
  PLATFORM_TOKEN_ISSUER: 'https://auth.example.com',
  PLATFORM_TOKEN_AUDIENCE: 'https://api.example.com',
};

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
  },
});
const [rounds, seconds, connections] = [values.rounds, values.seconds, values.connections].map(
  Number,
);

async function start(name, env) {
  await database.client.query(`CREATE DATABASE bench_${name}`);
  const url = new URL(database.url);
  url.pathname = `/bench_${name}`;
  const service = await startService(url.href, env);
  const client = new pg.Client(url.href);
  await client.connect();
  const credentials = new Credentials(client, service.sealingKey);
  await credentials.createConsumers();
  return { name, service, client, access: await credentials.createAccessTokens() };
}

function load({ name, service, access }) {
  const { pid, adminBase, gatewayKey } = service;
  const target = { base: adminBase, host: new URL(adminBase).host, path: '/authz/forward-auth' };
  const job = { ...sized({ seconds }, 'authz', connections), ...target, gatewayKey };
  const names = { server: name, job: 'authz' };
  return measure('load-process.mjs', { ...job, credentials: access }, names, { service: pid });
}

const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const database = await startDatabase();
const both = [];
try {
  both.push(await start('plain', {}), await start('issuer', ISSUER));
  const ratios = [];
  for (let round = 1; round <= rounds; round += 1) {
    const results = {};
    for (const one of round % 2 ? both : [...both].reverse()) results[one.name] = await load(one);
    const { plain, issuer } = results;
    if (Object.keys({ ...plain.wrong, ...issuer.wrong }).length > 0) {
      throw new Error(`Wrong answers: ${JSON.stringify([plain.wrong, issuer.wrong])}`);
    }
    const cost = issuer.serviceCpuMicroseconds / plain.serviceCpuMicroseconds;
    const rate = issuer.perSecond / plain.perSecond;
    ratios.push({ cost, rate });
    const told = [plain, issuer].map(
      ({ server, perSecond, serviceCpuMicroseconds }) =>
        `${server} ${perSecond.toFixed(0)}/s, ${serviceCpuMicroseconds} µs`,
    );
    process.stdout.write(
      `${told.join(' | ')} | cost ${cost.toFixed(3)}, rate ${rate.toFixed(3)}\n`,
    );
  }
  const cost = middle(ratios.map((ratio) => ratio.cost));
  const rate = middle(ratios.map((ratio) => ratio.rate));
  process.stdout.write(
    `median of ${rounds} rounds: cost ${cost.toFixed(3)}, rate ${rate.toFixed(3)}; goal: cost ≤ ${GOAL}\n`,
  );
  process.exitCode = cost > GOAL ? 1 : 0;
} finally {
  for (const { service, client } of both) {
    await client.end();
    await service.stop();
  }
  await database.stop();
}
