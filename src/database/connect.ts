import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { errorFields, type ErrorFields } from '../failures/error-fields.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { connectorOf } from './data-source.js';
import { refusalIn } from './database-refusal.js';
import { migrate, pendingMigrations } from './migrate.js';
import { assertGrants } from './missing-grants.js';

const PAUSE_MS = 500;

export interface ConnectOptions {
  /** Whether to apply missing migrations; if false, connect() waits until they are applied. */
  readonly autoMigrate: boolean;
  /** How long to wait for an unavailable database; forever by default. */
  readonly patienceMs?: number;
}

/**
 * Connects, and resolves when the schema is up to date, so that everything created afterwards finds its tables. Waits
 * while the database is unavailable, and logs each new reason once.
 *
 * @throws DatabaseRefusal for faults that waiting does not fix
 */
export async function connect(
  options: DataSourceOptions | undefined,
  { autoMigrate, patienceMs = Infinity }: ConnectOptions,
): Promise<DataSource> {
  if (!options) throw new Error('No database is configured');
  const logger = new Logger('Database');
  const deadline = Date.now() + patienceMs;
  let lastReason: string | undefined;
  // The errors of attempts vary although the reason is the same.
  const logReason = (reason: string, fields?: ErrorFields) => {
    if (reason !== lastReason) logger.warn('The database is not ready yet', { reason, ...fields });
    lastReason = reason;
  };
  for (;;) {
    const dataSource = new DataSource(options);
    try {
      await untilReached(options);
      await dataSource.initialize();
      if (autoMigrate) {
        const applied = await migrate(dataSource);
        if (applied.length > 0) logger.log('Migrations applied', { migrations: applied });
      }
      if (!(await pendingMigrations(dataSource))) {
        await assertGrants(dataSource);
        return dataSource;
      }
      logReason('migrations are missing: npm run migrate');
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal) throw refusal;
      if (!isStoreUnavailable(error) || Date.now() > deadline) throw error;
      logReason('out of reach', errorFields(innermost(error)));
    }
    if (dataSource.isInitialized) await dataSource.destroy();
    await sleep(PAUSE_MS);
  }
}

/** @throws the original connection error, which TypeORM would wrap */
async function untilReached(options: DataSourceOptions): Promise<void> {
  const session = await connectorOf(options).connect();
  await session.end();
}

/** A host name with several addresses fails with one error for each address. */
function innermost(error: unknown): unknown {
  const { errors } = error as { errors?: readonly unknown[] };
  return errors?.[0] ?? error;
}
