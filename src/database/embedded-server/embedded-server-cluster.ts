import { randomBytes } from 'node:crypto';
import {
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
  chmod,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './embedded-server-account.js';
import type { Binaries } from './embedded-server-binaries.js';
import { EmbeddedServerError } from './embedded-server-error.js';
import { isAlive } from './embedded-server-processes.js';
import { runProgram } from './embedded-server-programs.js';

/** The name of the database and of the role that owns it. */
export const DATABASE_NAME = 'oauth10';

export function dataDirectoryIn(folder: string): string {
  return join(folder, 'cluster/data');
}

/**
 * Creates the cluster if there is none, and resolves to its password. The cluster and its password are created in a
 * temporary folder and moved into place by one rename. So an interrupted start leaves no incomplete cluster, and of
 * two concurrent starts one cluster remains.
 */
export async function prepareCluster(
  folder: string,
  binaries: Binaries,
  account: Account | undefined,
  durable: boolean,
): Promise<string> {
  const cluster = join(folder, 'cluster');
  if ((await stat(cluster).catch(() => undefined)) === undefined) {
    await makeCluster(folder, cluster, binaries, account, durable);
  }
  return readFile(join(cluster, 'password'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new EmbeddedServerError(
      `The embedded PostgreSQL in ${folder} can't be used (${error.code}). ` +
        'Was the service started as another user before?',
    );
  });
}

async function makeCluster(
  folder: string,
  cluster: string,
  binaries: Binaries,
  account: Account | undefined,
  durable: boolean,
): Promise<void> {
  await removeAbandonedDrafts(folder);
  const draft = await mkdtemp(join(folder, `cluster-draft-${process.pid}-`));
  try {
    await chmod(draft, 0o711);
    const data = join(draft, 'data');
    await mkdir(data, { mode: 0o700 });
    const password = randomBytes(24).toString('base64url');
    await writeFile(join(draft, 'password'), password, { mode: 0o600 });
    // initdb runs as the account, which may not read the file of the current user.
    const loan = join(draft, 'password-for-initdb');
    await writeFile(loan, password, { mode: 0o600 });
    if (account !== undefined) {
      await chown(data, account.uid, account.gid);
      await chown(loan, account.uid, account.gid);
    }
    await initialize(binaries, data, loan, account, durable);
    await rm(loan);
    await rename(draft, cluster);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') {
      throw error;
    }
  }
}

/** Removes the temporary folders of starts that were killed. */
async function removeAbandonedDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid] = /^cluster-draft-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) {
      // initdb may outlive its parent by a second and still write to the folder.
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function initialize(
  { initdb, postgres }: Binaries,
  data: string,
  passwordFile: string,
  account: Account | undefined,
  durable: boolean,
): Promise<void> {
  const choices = [
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
    `--username=${DATABASE_NAME}`,
    `--pwfile=${passwordFile}`,
    ...(durable ? [] : ['--no-sync']),
  ];
  await runProgram(initdb, ['-D', data, ...choices], account);
  const single = ['--single', '-D', data, ...(durable ? [] : ['-F']), 'postgres'];
  await runProgram(postgres, single, account, `CREATE DATABASE ${DATABASE_NAME}\n`);
}
