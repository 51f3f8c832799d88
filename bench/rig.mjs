// Starts what is measured: a PostgreSQL with durable commits, the built service, and the servers for comparison, each
// in its own process.
import { fork, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedServer } from '../dist/database/embedded-server/embedded-server.js';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const START_TIMEOUT_MS = 120_000;
/** Enough connections for the largest measurement, and the memory of a production server. */
const SERVER_SETTINGS = {
  max_connections: '300',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '30min',
};

/** A separate database server. `settings` precede the usual settings of PostgreSQL. `pid` is that of its postmaster. */
export async function startDatabase(settings = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'oauth10-bench-'));
  const server = await startEmbeddedServer({
    directory,
    settings: { ...SERVER_SETTINGS, ...settings },
  });
  const client = new pg.Client(server.url);
  await client.connect();
  const { rows } = await client.query(
    `SELECT pg_backend_pid() AS pid, version(), current_setting('fsync') AS fsync,
       current_setting('synchronous_commit') AS "synchronousCommit"`,
  );
  const { pid, ...facts } = rows[0];
  return {
    url: server.url,
    client,
    facts,
    pid: parentOf(pid),
    stop: async () => {
      await client.end();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Starts the built service like `npm start` in production.
 *
 * @param env further settings
 * @param root the checkout to run, with its build; by default this one
 */
export async function startService(databaseUrl, env = {}, root = ROOT) {
  const [port, adminPort] = [await freePort(), await freePort()];
  const sealingKey = { id: 'bench', key: randomBytes(32) };
  const gatewayKey = randomBytes(32).toString('hex');
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const server = await startServer(
    scripts.start.split(' ').slice(1),
    {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      DATABASE_URL: databaseUrl,
      SECRET_KEYS: `${sealingKey.id}:${sealingKey.key.toString('base64')}`,
      ADMIN_API_KEY: gatewayKey,
      ...env,
    },
    `http://127.0.0.1:${port}/health/ready`,
    root,
  );
  return {
    ...server,
    base: `http://127.0.0.1:${port}`,
    adminBase: `http://127.0.0.1:${adminPort}`,
    gatewayKey,
    sealingKey,
  };
}

/** One of the servers in ceilings/. */
export async function startCeiling(name) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const env = { NODE_ENV: 'production', PORT: String(port) };
  return { ...(await startServer([`bench/ceilings/${name}.mjs`], env, base)), base };
}

async function startServer(args, env, url, cwd = ROOT) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
  };
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline;) {
    if (child.exitCode !== null) throw new Error(`${args.at(-1)} ended with ${child.exitCode}`);
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return { pid: child.pid, stop };
    await sleep(50);
  }
  await stop();
  throw new Error(`${args.at(-1)} did not answer in time`);
}

/**
 * Runs one load in its own process. `sample` is called before and after the measured part, and the result contains
 * both return values.
 */
export async function runLoad(program, job, sample) {
  const child = fork(join(ROOT, 'bench', program), [], { serialization: 'advanced' });
  const ended = new Promise((_, reject) => {
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  ended.catch(() => undefined);
  const message = () => new Promise((resolve) => child.once('message', resolve));
  child.send(job);
  await Promise.race([message(), ended]);
  const before = sample();
  const answer = message();
  child.send({ go: true });
  const result = await Promise.race([answer, ended]);
  const after = sample();
  // Only now, because the cost of a process that ends before the second sample would be lost.
  child.send({ end: true });
  return { ...result, before, after };
}

const parentOf = (pid) => {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  } catch {
    return undefined;
  }
};

/** Below the ephemeral ports of the kernel. */
const [FIRST_PORT, END_OF_PORTS] = [12_000, 32_000];
const given = new Set();

/** A port for a program that starts soon, possibly more than once. No port is returned twice. */
export async function freePort() {
  for (;;) {
    const port = randomInt(FIRST_PORT, END_OF_PORTS);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
