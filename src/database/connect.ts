import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { errorFields } from '../failures/error-fields.js';
import { migrate } from './migrate.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

/**
 * Connects and brings the schema up to date, so that whatever is made afterwards finds its tables.
 * A database that is not there yet is waited for, for a minute: the two are often started together.
 */
export async function connect(options: DataSourceOptions | undefined): Promise<DataSource> {
  if (!options) throw new Error('No database is configured');
  const logger = new Logger('Database');
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const dataSource = new DataSource(options);
    try {
      await dataSource.initialize();
      const applied = await migrate(dataSource);
      if (applied.length > 0) logger.log('Migrations applied', { migrations: applied });
      return dataSource;
    } catch (error) {
      if (dataSource.isInitialized) await dataSource.destroy();
      if (!isStoreUnavailable(error) || Date.now() > deadline) throw error;
      logger.warn('The database is not there yet', errorFields(error));
      await sleep(PAUSE_MS);
    }
  }
}
