import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unprivilegedAccount } from '../../src/database/embedded-server/embedded-server-account.js';
import { freePort } from './free-port.js';

const ROLE = 'oauth10';

/** A PostgreSQL from Debian's packages, with its own data folder and its client programs. */
export interface DebianPostgresql {
  /** The URL of one of its databases; `replication` opens a connection for pg_basebackup. */
  url(database: string): string;
  /** Runs one of its programs, such as pg_dump, and returns its output. */
  run(program: string, ...args: string[]): string;
  /** A folder that the server's account may write to. */
  readonly folder: string;
  /** Starts a server on a data folder, such as one made by pg_basebackup; resolves to its port. */
  start(dataFolder: string): Promise<number>;
  /** Kills the server on the first data folder, like a loss of power. */
  killFirst(): void;
  stop(): void;
}

/** Creates a cluster with the defaults of `initdb`, fsync on, and starts it. */
export async function startDebianPostgresql(): Promise<DebianPostgresql> {
  const programs = join(newestVersion(), 'bin');
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-debian-'));
  const account =
    process.getuid?.() === 0 ? unprivilegedAccount(readFileSync('/etc/passwd', 'utf8')) : undefined;
  if (account) chownSync(folder, account.uid, account.gid);
  chmodSync(folder, 0o711);
  const options: ExecFileSyncOptions = {
    ...account,
    cwd: folder,
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
    // Not a pipe, because the server would keep it open.
    stdio: ['ignore', 'ignore', 'pipe'],
  };
  const quietly = (program: string, ...args: string[]) =>
    void execFileSync(join(programs, program), args, options);
  const started: string[] = [];

  async function start(dataFolder: string): Promise<number> {
    const port = await freePort();
    const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
    const log = join(folder, `${started.length}.log`);
    execFileSync(
      join(programs, 'pg_ctl'),
      ['start', '--wait', `--pgdata=${dataFolder}`, `--log=${log}`, '-o', settings],
      { ...options, stdio: 'ignore' },
    );
    started.push(dataFolder);
    return port;
  }

  const kill = (dataFolder: string) => {
    quietly('pg_ctl', 'stop', '--wait', '--mode=immediate', `--pgdata=${dataFolder}`);
    started.splice(started.indexOf(dataFolder), 1);
  };

  const data = join(folder, 'data');
  quietly('initdb', `--pgdata=${data}`, `--username=${ROLE}`, '--auth=trust', '--encoding=UTF8');
  const port = await start(data);
  return {
    folder,
    start,
    killFirst: () => kill(data),
    url: (database) => `postgres://${ROLE}@127.0.0.1:${port}/${database}`,
    run: (program, ...args) =>
      execFileSync(join(programs, program), args, { ...options, stdio: 'pipe' }).toString(),
    stop: () => {
      [...started].forEach(kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function newestVersion(): string {
  const folder = '/usr/lib/postgresql';
  const versions = readdirSync(folder).sort((a, b) => Number(b) - Number(a));
  return join(folder, versions[0] ?? '');
}
