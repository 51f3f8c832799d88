import { Logger } from '@nestjs/common';
import type { DataSourceOptions, EntitySchema } from 'typeorm';
import type { Settings } from '../config/settings.js';
import { errorFields } from '../failures/error-fields.js';
import { PgClientWithErrorHandler } from './pg-client-with-error-handler.js';
import { migrations } from './migrations.js';

const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 4_000;
const LOCK_TIMEOUT_MS = 1_500;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** Longer than the server's own limit; only a server that has fallen silent meets it. */
const ANSWER_TIMEOUT_MS = 4_500;
const IDLE_CONNECTION_MS = 60_000;
const KEEP_ALIVE_AFTER_MS = 10_000;

/**
 * How TypeORM reaches PostgreSQL. Every wait has an end, so that a database in trouble makes
 * requests fail soon (503) and not pile up. The composition root names the entities; the schema
 * is the migrations' affair alone.
 */
export function dataSourceOptions(
  settings: Pick<Settings, 'databasePoolSize'>,
  databaseUrl: string,
  entities: EntitySchema[] = [],
): DataSourceOptions {
  const logger = new Logger('Database');
  return {
    type: 'postgres',
    url: databaseUrl,
    entities,
    migrations,
    migrationsRun: false,
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    entitySkipConstructor: true,
    applicationName: 'oauth10',
    poolSize: settings.databasePoolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // An idle connection that breaks is only replaced; without a listener it would end the process.
    poolErrorHandler: (error: Error) =>
      logger.warn('A database connection broke', errorFields(error)),
    extra: {
      Client: PgClientWithErrorHandler,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    },
  };
}
