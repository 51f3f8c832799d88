import { Logger } from '@nestjs/common';
import { readFile, rename } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverAccount } from './embedded-server-account.js';
import { findBinaries } from './embedded-server-binaries.js';
import { DATABASE_NAME, dataDirectoryIn, prepareCluster } from './embedded-server-cluster.js';
import { EmbeddedServerError } from './embedded-server-error.js';
import { startUnderGuard, type Guard } from './embedded-server-guard.js';
import { claim, disclaim, readPostmaster, untilVacant } from './embedded-server-occupancy.js';
import { serverPlace } from './embedded-server-place.js';
import { serverArguments } from './embedded-server-settings.js';

export interface EmbeddedServerOptions {
  /** Contains the cluster, its password, the server's log and the owner file. */
  readonly directory: string;
  /** False makes writes faster, but a crash may lose committed data; for tests. */
  readonly durable?: boolean;
  /** Additional settings of PostgreSQL, which override the defaults. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedServer {
  /** With user, password and database. */
  readonly url: string;
  /** The folder of the files: the given directory, unless the server's account cannot access it. */
  readonly folder: string;
  /** Resolves when the server has ended. */
  stop(): Promise<void>;
}

/** How long to wait for an old server to end, and to retry when another process takes the port. */
const VACANCY_TIMEOUT_MS = 12_000;
/** After a crash the server first replays its log. */
const READY_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 10;

/** Log messages of a server that may start a moment later, or on another port. */
const PASSING_TROUBLE = /lock file .* already exists|shared memory block|Address already in use/;

/**
 * Starts the PostgreSQL that comes with the project; creates its cluster the first time. The server ends with
 * `stop()` or with this process, however the process ends.
 *
 * @throws EmbeddedServerError whose message says what to do
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { durable = true, settings = {} } = options;
  const directory = resolve(options.directory);
  const candidate = await serverAccount(dataDirectoryIn(directory));
  const { folder, moved } = await serverPlace(directory, candidate);
  const account = moved ? await serverAccount(dataDirectoryIn(folder)) : candidate;
  if (moved) {
    new Logger('EmbeddedServer').warn("The server's account can't reach DATA_DIR", {
      directory,
      usedInstead: folder,
    });
  }
  const binaries = await findBinaries(account);
  const password = await prepareCluster(folder, binaries, account, durable);
  const launch = async (port: number, logFile: string): Promise<Guard> => {
    const args = serverArguments(dataDirectoryIn(folder), port, durable, settings);
    return startUnderGuard([binaries.postgres, ...args], account, logFile);
  };
  const { guard, port } = await startWhenVacant(folder, launch);
  return {
    url: `postgres://${DATABASE_NAME}:${password}@127.0.0.1:${port}/${DATABASE_NAME}`,
    folder,
    stop: async () => {
      guard.release();
      await guard.ended;
      await disclaim(folder);
    },
  };
}

async function startWhenVacant(
  folder: string,
  launch: (port: number, logFile: string) => Promise<Guard>,
): Promise<{ guard: Guard; port: number }> {
  const deadline = Date.now() + VACANCY_TIMEOUT_MS;
  const logFile = join(folder, 'server.log');
  for (;;) {
    await untilVacant(folder, deadline);
    const port = await freePort();
    await rename(logFile, `${logFile}.1`).catch(() => undefined);
    const guard = await launch(port, logFile);
    if (await becomesReady(folder, port, guard)) {
      return { guard, port };
    }
    const log = await readFile(logFile, 'utf8').catch(() => '');
    if (!PASSING_TROUBLE.test(log) || Date.now() > deadline) {
      throw new EmbeddedServerError(
        `The embedded PostgreSQL did not start. ${logFile} ends:\n${log.slice(-2000)}`,
      );
    }
    await sleep(100);
  }
}

/**
 * Waits until the server's lock file says that it accepts connections, as pg_ctl does. The port identifies our
 * server. It is claimed while it still replays its log, because a second start would take an unclaimed server for an
 * orphan.
 */
async function becomesReady(folder: string, port: number, guard: Guard): Promise<boolean> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let claimed = false;
  while (!guard.hasEnded()) {
    const server = await readPostmaster(folder);
    if (server?.port === port && !claimed) {
      await claim(folder);
      claimed = true;
    }
    if (claimed && server?.ready) {
      return true;
    }
    if (Date.now() > deadline) {
      guard.release();
    }
    await sleep(POLL_INTERVAL_MS);
  }
  return false;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
