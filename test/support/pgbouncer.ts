import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unprivilegedAccount } from '../../src/database/embedded-server/embedded-server-account.js';
import { PATIENCE_MS } from './eventually.js';
import { freePort } from './free-port.js';

/** Debian's pgbouncer in front of a database, in transaction mode, otherwise with its defaults. */
export interface Pgbouncer {
  /** The database's URL through pgbouncer. */
  readonly url: string;
  stop(): Promise<void>;
}

/** @param settings further lines of the section [pgbouncer] */
export async function startPgbouncer(
  databaseUrl: string,
  settings: readonly string[] = [],
): Promise<Pgbouncer> {
  const { hostname, port: serverPort, username, password } = new URL(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-pgbouncer-'));
  const account =
    process.getuid?.() === 0 ? unprivilegedAccount(readFileSync('/etc/passwd', 'utf8')) : undefined;
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  const login = `user=${username} password=${decodeURIComponent(password)}`;
  writeFileSync(
    file,
    [
      '[databases]',
      `* = host=${hostname} port=${serverPort} ${login}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      ...settings,
    ].join('\n'),
  );
  if (account) for (const path of [folder, file]) chownSync(path, account.uid, account.gid);
  const child = spawn('pgbouncer', [file], { ...account, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await listens(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`pgbouncer did not start: ${output}`);
    }
    await sleep(20);
  }
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return { url: url.href, stop };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
