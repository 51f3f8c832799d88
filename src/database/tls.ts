import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { DatabaseTarget } from '../config/database-url.js';
import type { SslMode } from '../config/database-url-parameters.js';
import { DatabaseRefusal } from './database-refusal.js';

/** `false`: unencrypted. */
export type Encryption = ConnectionOptions | false;

/**
 * The encryptions to try for a host, in order, with libpq's meaning of sslmode. Reads the files at each call, so that
 * the next connection uses a renewed certificate.
 *
 * @throws DatabaseRefusal for a file that can no longer be read
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
  // As in libpq, a custom root certificate turns `require` into `verify-ca`.
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

/**
 * Reads a file. Without this error, the code of a missing file (ENOENT) would look like that of an unavailable
 * server.
 */
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
