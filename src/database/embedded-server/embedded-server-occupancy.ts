import { readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataDirectoryIn } from './embedded-server-cluster.js';
import { EmbeddedServerError } from './embedded-server-error.js';
import { isAlive, startOf } from './embedded-server-processes.js';

const POLL_INTERVAL_MS = 20;
/** A guard needs at most five seconds; a server that still runs after that has lost its guard. */
const GUARD_GRACE_MS = 6_000;

/** The fields of the server's lock file that we need. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** Reads `postmaster.pid` of the cluster in the folder; undefined if there is none. */
export async function readPostmaster(folder: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(dataDirectoryIn(folder), 'postmaster.pid'), 'utf8').catch(
    () => '',
  );
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' } : undefined;
}

/**
 * Waits until no server runs on the cluster: after a kill -9, the old one is still shutting down. Throws if the
 * service that owns the server is running, because the server then does not end. The server's own lock file is what
 * prevents two servers on one cluster; this function only distinguishes the two cases.
 */
export async function untilVacant(folder: string, deadline: number): Promise<void> {
  const orphanAt = Date.now() + GUARD_GRACE_MS;
  let wasAskedToEnd = false;
  for (;;) {
    const server = await readPostmaster(folder);
    if (server === undefined || !isAlive(server.pid)) {
      return;
    }
    if (!(await runsOn(server.pid, folder))) {
      // Another process has this pid now. The new server would take that process for a running server.
      await rm(join(dataDirectoryIn(folder), 'postmaster.pid'), { force: true });
      return;
    }
    const owner = await livingOwner(folder);
    if (owner !== undefined || Date.now() > deadline) {
      throw inUse(folder, owner ?? server.pid);
    }
    if (Date.now() > orphanAt && !wasAskedToEnd) {
      wasAskedToEnd = true;
      askToEnd(server.pid);
    }
    await sleep(POLL_INTERVAL_MS);
  }
}

/** Writes this process into the folder as the owner of the running server. */
export async function claim(folder: string): Promise<void> {
  await writeFile(ownerFile(folder), `${process.pid} ${await startOf(process.pid)}`);
}

export async function disclaim(folder: string): Promise<void> {
  await rm(ownerFile(folder), { force: true });
}

function ownerFile(folder: string): string {
  return join(folder, 'owner');
}

async function livingOwner(folder: string): Promise<number | undefined> {
  const text = await readFile(ownerFile(folder), 'utf8').catch(() => '');
  const [pid = 0, start] = text.split(' ');
  const same = Number(pid) > 0 && isAlive(Number(pid)) && (await startOf(Number(pid))) === start;
  return same ? Number(pid) : undefined;
}

/** A server's working directory is its data directory. Without /proc, the lock file is trusted. */
async function runsOn(pid: number, folder: string): Promise<boolean> {
  if (process.platform !== 'linux') {
    return true;
  }
  const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return workingDirectory === (await realpath(dataDirectoryIn(folder)));
}

/** Errors are ignored: the server may have ended, or may belong to another user. The wait continues either way. */
function askToEnd(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    return;
  }
}

function inUse(folder: string, pid: number): EmbeddedServerError {
  return new EmbeddedServerError(
    `The embedded PostgreSQL in ${folder} is already in use by process ${pid}. ` +
      'Stop that one, or give this one its own DATA_DIR or a DATABASE_URL.',
  );
}
