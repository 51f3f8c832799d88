import type { DataSource } from 'typeorm';
import { pendingMigrations } from './migrate.js';

const REFUSES_WRITES = `SELECT
  pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS "isReadOnly"`;

/**
 * Why a database that answers cannot serve requests; undefined if it can.
 *
 * @throws the error if the database does not answer
 */
export async function troubleWith(dataSource: DataSource): Promise<string | undefined> {
  const [answer] = await dataSource.query<{ isReadOnly: boolean }[]>(REFUSES_WRITES);
  if (answer?.isReadOnly !== false) return 'takes no writes';
  return (await pendingMigrations(dataSource)) ? 'migrations are missing' : undefined;
}
