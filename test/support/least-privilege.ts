import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDebianPostgresql } from './debian-postgresql.js';

/** The role that migrates and owns all tables. */
export const OWNER_ROLE = 'tables_owner';
/** The role of the service. The name needs quotes in SQL. */
export const SERVICE_ROLE = 'the-service';

/** A migrated database where the service's role does not own the tables. */
export interface LeastPrivilege {
  urlAs(role: string): string;
  /** Runs deploy/postgresql/roles.sql as the owner. */
  grant(): void;
  /** Runs SQL as the owner. */
  asOwner(sql: string): void;
  stop(): void;
}

/** Starts Debian's PostgreSQL. Everybody may create objects in its schema, the default up to PostgreSQL 14. */
export async function startLeastPrivilege(): Promise<LeastPrivilege> {
  const server = await startDebianPostgresql();
  const run = (url: string, ...args: string[]) =>
    void server.run('psql', url, '-v', 'ON_ERROR_STOP=1', ...args);
  const urlAs = (role: string) => server.url('app').replace('oauth10@', `${role}@`);
  run(server.url('postgres'), '-c', `CREATE ROLE ${OWNER_ROLE} LOGIN`);
  run(server.url('postgres'), '-c', `CREATE ROLE "${SERVICE_ROLE}" LOGIN`);
  run(server.url('postgres'), '-c', `CREATE DATABASE app OWNER ${OWNER_ROLE}`);
  run(server.url('app'), '-c', `ALTER SCHEMA public OWNER TO ${OWNER_ROLE}`);
  run(server.url('app'), '-c', 'GRANT CREATE ON SCHEMA public TO PUBLIC');
  // Only the database URL, no other secret.
  execFileSync(process.execPath, ['dist/programs/oauth10.js', 'migrate'], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      MIGRATION_DATABASE_URL: urlAs(OWNER_ROLE),
    },
  });
  const roles = join(server.folder, 'roles.sql');
  copyFileSync('deploy/postgresql/roles.sql', roles);
  chmodSync(roles, 0o644);
  return {
    urlAs,
    grant: () =>
      run(urlAs(OWNER_ROLE), '-v', 'schema=public', '-v', `service=${SERVICE_ROLE}`, '-f', roles),
    asOwner: (sql) => run(urlAs(OWNER_ROLE), '-c', sql),
    stop: () => server.stop(),
  };
}
