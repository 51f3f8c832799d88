// What a platform with its own consent page pays for: initiate, accept over the admin API, whole dances, and
// tokens that staff mint, each in a round of its own, by connections that wait for nothing else.
//
//   node bench/admin-changes.mjs [--against DIR] [--rounds 5] [--seconds 4] [--connections 32] [--replicas 1]
//
// DIR is a checkout of another revision with its build; both are measured in turns on one PostgreSQL.
import { fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Connection } from './connection.mjs';
import { freePort, ROOT, startDatabase } from './rig.mjs';
import { signedHeader } from './signed-header.mjs';

const KINDS = ['initiate', 'accept', 'dance', 'mint'];
const ADMIN_KEY = 'bench-admin-key-0123456789abcdefghij';

async function measure() {
  const { values } = parseArgs({
    options: {
      against: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      connections: { type: 'string', default: '32' },
      replicas: { type: 'string', default: '1' },
    },
  });
  const database = await startDatabase();
  const builds = [{ name: 'this', root: ROOT }];
  if (values.against) builds.push({ name: 'against', root: resolve(values.against) });
  try {
    for (const [n, build] of builds.entries()) {
      await database.client.query(`CREATE DATABASE changes_${n}`);
      const url = new URL(database.url);
      url.pathname = `/changes_${n}`;
      const keys = `bench:${randomBytes(32).toString('base64')}`;
      build.services = [];
      for (let r = 0; r < Number(values.replicas); r += 1)
        build.services.push(await startBuild(build.root, url.href, keys));
      build.results = Object.fromEntries(KINDS.map((kind) => [kind, []]));
    }
    for (let round = 0; round <= Number(values.rounds); round += 1) {
      for (const kind of KINDS) {
        for (const build of round % 2 ? builds : [...builds].reverse()) {
          const result = await runLoad({
            kind,
            bases: build.services.map(({ ports }) => ports),
            seconds: Number(values.seconds),
            connections: Number(values.connections),
          });
          // The first round warms up.
          if (round > 0) build.results[kind].push(result);
        }
      }
    }
    for (const kind of KINDS) {
      const cells = builds.map(({ name, results }) => {
        const rates = results[kind].map(({ perSecond }) => perSecond).sort((a, b) => a - b);
        const p50s = results[kind].map(({ p50Ms }) => p50Ms).sort((a, b) => a - b);
        return {
          name,
          rate: middle(rates),
          p50: middle(p50s),
          least: rates[0],
          most: rates.at(-1),
        };
      });
      const [ours, theirs] = cells;
      const told = cells.map(
        ({ name, rate, p50, least, most }) =>
          `${name} ${rate.toFixed(0)}/s (${least.toFixed(0)}-${most.toFixed(0)}), p50 ${p50.toFixed(2)} ms`,
      );
      if (theirs)
        told.push(
          `ratio ${(ours.rate / theirs.rate).toFixed(2)}, p50 ${(ours.p50 / theirs.p50).toFixed(2)}`,
        );
      process.stdout.write(`${kind.padEnd(9)} ${told.join(' | ')}\n`);
    }
  } finally {
    for (const { services = [] } of builds) for (const service of services) await service.stop();
    await database.stop();
  }
}

const middle = (sorted) => sorted[Math.floor(sorted.length / 2)];

async function startBuild(root, databaseUrl, keys) {
  const ports = { port: await freePort(), adminPort: await freePort() };
  const child = spawn(process.execPath, ['dist/programs/oauth10.js', 'serve'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(ports.port),
      ADMIN_PORT: String(ports.adminPort),
      DATABASE_URL: databaseUrl,
      SECRET_KEYS: keys,
      ADMIN_API_KEY: ADMIN_KEY,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((done) => child.once('exit', done));
  for (let waited = 0; ; waited += 1) {
    if (child.exitCode !== null) throw new Error(`${root} ended with ${child.exitCode}`);
    const isUp = await fetch(`http://127.0.0.1:${ports.port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) break;
    if (waited > 300) throw new Error(`${root} did not answer in time`);
    await new Promise((go) => setTimeout(go, 100));
  }
  return {
    ports,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

function runLoad(job) {
  const child = fork(fileURLToPath(import.meta.url), [], { serialization: 'advanced' });
  return new Promise((done, failed) => {
    child.once('message', done);
    child.once('exit', (code) => code && failed(new Error(`The load ended with ${code}`)));
    child.send(job);
  });
}

/** One kind of load, in a process of its own; what it needs is made before the clock runs. */
async function load({ kind, bases, seconds, connections }) {
  const clients = Array.from({ length: connections }, (_, n) => {
    const { port, adminPort } = bases[n % bases.length];
    return {
      open: new Connection('127.0.0.1', port),
      admin: new Connection('127.0.0.1', adminPort),
      port,
    };
  });
  const consumer = await register(clients[0]);
  const steps = { initiate, accept, exchange, mint };
  const chain = ['initiate', 'accept', 'exchange'];
  const before = chain.slice(0, Math.max(0, chain.indexOf(kind)));
  const measured = kind === 'dance' ? chain : [kind];
  const latenciesMs = [];
  const prepared = clients.map(() => []);
  // As many as the round can use up; a service that is faster than that ends its round early.
  const each = before.length === 0 ? 0 : Math.ceil((3000 * seconds) / connections);
  await Promise.all(
    clients.map(async (client, n) => {
      for (let i = 0; i < each; i += 1) {
        const one = { consumer };
        for (const step of before) await steps[step](client, one);
        prepared[n].push(one);
      }
    }),
  );
  const startedAt = performance.now();
  const stopAt = startedAt + seconds * 1000;
  await Promise.all(
    clients.map(async (client, n) => {
      while (performance.now() < stopAt) {
        const one = each === 0 ? { consumer } : prepared[n].pop();
        if (one === undefined) break;
        const sentAt = performance.now();
        for (const step of measured) await steps[step](client, one);
        latenciesMs.push(performance.now() - sentAt);
      }
    }),
  );
  const elapsed = (performance.now() - startedAt) / 1000;
  latenciesMs.sort((a, b) => a - b);
  process.send({ perSecond: latenciesMs.length / elapsed, p50Ms: middle(latenciesMs) });
  for (const { open, admin } of clients) [open, admin].forEach((connection) => connection.close());
  process.disconnect();
}

async function register({ admin }) {
  const body = {
    name: 'Bench',
    callbackUrls: [],
    scopes: ['photos'],
    signatureMethods: ['HMAC-SHA1'],
  };
  const made = JSON.parse(await post(admin, '/admin/consumers', body, 201));
  return { key: made.consumerKey, secret: made.consumerSecret };
}

async function initiate({ open, port }, one) {
  const { token, secret } = await signed(open, port, 'initiate', { ...one, callback: 'oob' });
  Object.assign(one, { token, secret });
}

async function accept({ admin }, one) {
  const path = `/admin/authorization-requests/${one.token}/accept`;
  one.verifier = JSON.parse(await post(admin, path, { subject: 'jane' }, 200)).oauthVerifier;
}

const exchange = ({ open, port }, one) => signed(open, port, 'token', one);

const mint = ({ admin }, { consumer }) =>
  post(admin, `/admin/consumers/${consumer.key}/tokens`, { subject: 'jane' }, 201);

async function signed(connection, port, endpoint, credentials) {
  const path = `/oauth/oauth10/${endpoint}`;
  const header = signedHeader('POST', `http://127.0.0.1:${port}${path}`, {}, credentials);
  const answer = await connection.request(
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${header}\r\n` +
        'Content-Length: 0\r\n\r\n',
    ),
  );
  if (answer.status !== 200) throw new Error(`${endpoint}: ${answer.status} ${answer.body}`);
  const form = new URLSearchParams(answer.body);
  return { token: form.get('oauth_token'), secret: form.get('oauth_token_secret') };
}

async function post(connection, path, content, right) {
  const body = JSON.stringify(content);
  const answer = await connection.request(
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  if (answer.status !== right) throw new Error(`${path}: ${answer.status} ${answer.body}`);
  return answer.body;
}

if (process.send) process.once('message', (job) => void load(job));
else await measure();
