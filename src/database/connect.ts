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
  /** Whether missing migrations are applied; if not, they are waited for. */
  readonly autoMigrate: boolean;
  /** How long a database that is not there is waited for; for ever by default. */
  readonly patienceMs?: number;
}

/**
 * Connects, and resolves once the schema is up to date, so that whatever is made afterwards finds its
 * tables. A database that is out of reach is waited for, and each new reason is logged once.
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
  // Attempts fail now in this way and now in that; what they come to is the same.
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

/** @throws what keeps us from it, and not what TypeORM makes of that */
async function untilReached(options: DataSourceOptions): Promise<void> {
  const session = await connectorOf(options).connect();
  await session.end();
}

/** A host name with several addresses fails with as many errors. */
function innermost(error: unknown): unknown {
  const { errors } = error as { errors?: readonly unknown[] };
  return errors?.[0] ?? error;
}
