// Programs beside the service in some set-ups: a pgbouncer, started like in test/support/pgbouncer.ts, a Redis for
// nonces, and a receiver of events.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import pg from 'pg';
import { unprivilegedAccount } from '../dist/database/embedded-server/embedded-server-account.js';
import { freePort, ROOT } from './rig.mjs';

/** In transaction mode, otherwise with Debian's defaults. Needs the package `pgbouncer`. */
export async function startPgbouncer(databaseUrl) {
  const { hostname, port: serverPort, username, password } = new URL(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-pgbouncer-'));
  const file = join(folder, 'pgbouncer.ini');
  const port = await freePort();
  const login = `user=${username} password=${decodeURIComponent(password)}`;
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${serverPort} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
`,
  );
  const account =
    process.getuid?.() === 0 ? unprivilegedAccount(readFileSync('/etc/passwd', 'utf8')) : undefined;
  if (account) for (const path of [folder, file]) chownSync(path, account.uid, account.gid);
  const child = spawn('pgbouncer', [file], { ...account, stdio: 'ignore' });
  const exit = once(child, 'exit');
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await isReady(url.href)); tries += 1) {
    if (child.exitCode !== null || tries === 100) {
      await stop();
      throw new Error('pgbouncer did not start');
    }
    await sleep(50);
  }
  return { url: url.href, stop };
}

/** A Redis for nonces, without persistence. Needs the package `redis-server`. */
export async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-redis-'));
  const port = await freePort();
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const exit = once(child, 'exit');
  const url = `redis://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(url)); tries += 1) {
    if (child.exitCode !== null || tries === 100) {
      await stop();
      throw new Error('redis-server did not start');
    }
    await sleep(50);
  }
  return { env: { NONCE_STORE_URL: url }, pid: child.pid, stop };
}

/** @param how `takes`: accepts each event; `hangs`: never answers */
export async function startReceiver(how) {
  const port = await freePort();
  const child = spawn(process.execPath, ['bench/receiver.mjs', port, how], { cwd: ROOT });
  const exit = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exit;
  };
  const env = {
    EVENTS_URL: `http://127.0.0.1:${port}/`,
    EVENTS_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    PLATFORM_TOKEN_ISSUER: 'https://auth.example.com',
    PLATFORM_TOKEN_AUDIENCE: 'https://api.example.com',
  };
  return { env, stop };
}

async function answers(url) {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    client.destroy();
    return true;
  } catch {
    return false;
  }
}

async function isReady(url) {
  const client = new pg.Client(url);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
