import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOnce } from '../../config/write-once.js';
import type { Account } from './embedded-server-account.js';
import { EmbeddedServerError } from './embedded-server-error.js';
import { runs } from './embedded-server-programs.js';

/** Every account can access these on the systems that we know. The first writable one is used. */
const REACHABLE_PARENTS = ['/var/lib/oauth10', '/var/tmp/oauth10'];

/**
 * The folder for the server's files. This is the given directory, or, if the account cannot access a folder above it,
 * a folder elsewhere, whose path is stored in the directory's file `moved-to`. Its name is random, so that a user who
 * removes the directory gets a new cluster.
 */
export async function serverPlace(
  directory: string,
  account: Account | undefined,
): Promise<{ folder: string; moved: boolean }> {
  await mkdir(directory, { recursive: true, mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
    throw new EmbeddedServerError(
      `The embedded PostgreSQL needs the directory ${directory}, which can't be made ` +
        `(${error.code}). Give it another DATA_DIR, or set DATABASE_URL.`,
    );
  });
  if (account === undefined) {
    return { folder: directory, moved: false };
  }
  await openOwn(directory);
  if (await runs('/bin/sh', ['-c', 'cd "$0"', directory], account)) {
    return { folder: directory, moved: false };
  }
  const proposal = join(await reachableParent(), randomUUID());
  const { content: folder } = await writeOnce(join(directory, 'moved-to'), proposal);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await openOwn(folder);
  return { folder, moved: true };
}

/**
 * A folder that root owns and that every account may enter. Every user can write to /var/tmp, so an existing folder
 * there must be a real directory, owned by root, and not writable by others.
 */
export async function reachableParent(): Promise<string> {
  for (const parent of REACHABLE_PARENTS) {
    try {
      await mkdir(parent, { recursive: true, mode: 0o755 });
      const { uid, mode } = await folderStatus(parent);
      if (uid === 0 && (mode & 0o022) === 0) {
        await openOwn(parent);
        return parent;
      }
    } catch {
      continue;
    }
  }
  throw new EmbeddedServerError(
    `Neither ${REACHABLE_PARENTS.join(' nor ')} can be used for files of the embedded PostgreSQL. ` +
      'Start the service as an ordinary user, or set DATABASE_URL.',
  );
}

async function folderStatus(path: string): Promise<{ uid: number; mode: number }> {
  const status = await lstat(path);
  if (!status.isDirectory()) {
    throw new Error('not a folder');
  }
  return status;
}

/** Makes the folder accessible, even with a umask such as 077. Secrets in it have their own modes. */
async function openOwn(folder: string): Promise<void> {
  const { mode } = await lstat(folder);
  if ((mode & 0o011) !== 0o011) {
    await chmod(folder, mode | 0o011);
  }
}
