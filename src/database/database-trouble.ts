import type { DataSource } from 'typeorm';
import { pendingMigrations } from './migrate.js';

const REFUSES_WRITES = `SELECT
  pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS "isReadOnly"`;

/**
 * Why requests can't be served by the database, though it answers; undefined when they can.
 *
 * @throws whatever keeps it from answering
 */
export async function troubleWith(dataSource: DataSource): Promise<string | undefined> {
  const [answer] = await dataSource.query<{ isReadOnly: boolean }[]>(REFUSES_WRITES);
  if (answer?.isReadOnly !== false) return 'takes no writes';
  return (await pendingMigrations(dataSource)) ? 'migrations are missing' : undefined;
}
