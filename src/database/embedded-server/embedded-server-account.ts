import { readFile, stat } from 'node:fs/promises';
import { EmbeddedServerError } from './embedded-server-error.js';

/** The account of the server's processes; `undefined` if they run as the current user. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** In order of preference. Both exist by default on the systems that we know. */
const UNPRIVILEGED_USERS = ['postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root. As root, the service therefore starts it under an unprivileged account: the
 * owner of an existing cluster, otherwise a user of the system.
 */
export async function serverAccount(dataDirectory: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const owner = await stat(dataDirectory).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) {
    return { uid: owner.uid, gid: owner.gid };
  }
  return unprivilegedAccount(await readFile('/etc/passwd', 'utf8'));
}

/** Finds the account in the text of a passwd(5) file. */
export function unprivilegedAccount(passwd: string): Account {
  const entries = passwd.split('\n').map((line) => line.split(':'));
  for (const user of UNPRIVILEGED_USERS) {
    const [, , uid, gid] = entries.find(([name]) => name === user) ?? [];
    if (uid !== undefined && gid !== undefined && Number(uid) !== 0) {
      // Some systems write the highest ids as -2.
      return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
    }
  }
  throw new EmbeddedServerError(
    'PostgreSQL does not run as root, and there is no user postgres or nobody to run it as. ' +
      'Start the service as an ordinary user, or set DATABASE_URL.',
  );
}
