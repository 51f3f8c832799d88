import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { DatabaseTarget } from '../config/database-url.js';
import type { SslMode } from '../config/database-url-parameters.js';
import { DatabaseRefusal } from './database-refusal.js';

/** `false`: in clear. */
export type Encryption = ConnectionOptions | false;

/**
 * The ways to try for a host, in their order, with libpq's meaning of sslmode. Files are read each time,
 * so that a renewed certificate counts from the next connection on.
 *
 * @throws DatabaseRefusal for a file that can't be read any more
 */
export function encryptionsFor(target: DatabaseTarget, host: string | undefined): Encryption[] {
  if (host?.startsWith('/')) return [false];
  const mode = target.sslMode ?? (isLoopback(host) ? 'allow' : 'prefer');
  switch (mode) {
    case 'disable':
      return [false];
    case 'allow':
      return [false, tlsOptions(target, mode)];
    case 'prefer':
      return [tlsOptions(target, mode), false];
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return [tlsOptions(target, mode)];
  }
}

function tlsOptions(target: DatabaseTarget, mode: SslMode): ConnectionOptions {
  const { sslRootCert, sslCert, sslKey, sslPassword } = target;
  const ownRoot = sslRootCert === undefined || sslRootCert === 'system' ? undefined : sslRootCert;
  // As libpq does it, a root of one's own makes `require` into `verify-ca`.
  const verifies = mode.startsWith('verify') || (mode === 'require' && ownRoot !== undefined);
  return {
    rejectUnauthorized: verifies,
    ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
    ...(ownRoot !== undefined && { ca: fileOf('sslrootcert', ownRoot) }),
    ...(sslCert !== undefined && { cert: fileOf('sslcert', sslCert) }),
    ...(sslKey !== undefined && { key: fileOf('sslkey', sslKey) }),
    ...(sslPassword !== undefined && { passphrase: sslPassword }),
  };
}

/** By its code alone, a file that has gone would look like a server that is not there. */
function fileOf(parameter: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DatabaseRefusal(
      `The file that ${parameter} of DATABASE_URL names can't be read any more (${code}).`,
    );
  }
}

function isLoopback(host = 'localhost'): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
