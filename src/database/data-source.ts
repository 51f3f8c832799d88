import type { DataSourceOptions, EntitySchema } from 'typeorm';
import { parseDatabaseUrl, type DatabaseTarget } from '../config/database-url.js';
import { readSecretFile } from '../config/secret-file.js';
import type { Settings } from '../config/settings.js';
import { ConnectionPool } from './connection-pool.js';
import { Connector } from './connector.js';
import { migrations } from './migrations.js';

/** For a session that is free, a new one or another's. */
const SESSION_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 4_000;
const LOCK_TIMEOUT_MS = 1_500;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** Longer than the server's own limit; only a server that has fallen silent meets it. */
const ANSWER_TIMEOUT_MS = 4_500;
const IDLE_SESSION_MS = 60_000;

/** What of a transaction's waiting has an end, as settings of PostgreSQL. */
export const TIME_LIMITS = {
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  lock_timeout: String(LOCK_TIMEOUT_MS),
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT_MS),
} as const;

type DatabaseSettings = Pick<Settings, 'databasePoolSize'> &
  Partial<Pick<Settings, 'databaseUrlFile' | 'databaseSchema'>>;

/**
 * How TypeORM reaches PostgreSQL. Every wait has an end, so that a database in trouble makes
 * requests fail soon (503) and not pile up. The composition root names the entities; the schema
 * is the migrations' affair alone.
 *
 * @throws Error for a connection string that can't be read
 */
export function dataSourceOptions(
  settings: DatabaseSettings,
  databaseUrl: string,
  entities: EntitySchema[] = [],
): DataSourceOptions {
  const connector = connectorTo(settings, databaseUrl);
  return {
    type: 'postgres',
    driver: { Pool: ConnectionPool },
    entities,
    migrations,
    migrationsRun: false,
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    entitySkipConstructor: true,
    poolSize: settings.databasePoolSize,
    connectTimeoutMS: SESSION_TIMEOUT_MS,
    extra: { connector, idleTimeoutMillis: IDLE_SESSION_MS },
  };
}

/** What makes the sessions of a data source. */
export function connectorOf({ extra }: DataSourceOptions): Connector {
  return (extra as { connector: Connector }).connector;
}

function connectorTo(settings: DatabaseSettings, databaseUrl: string): Connector {
  const { databaseUrlFile, databaseSchema: schema } = settings;
  return new Connector({
    target: targetOf(databaseUrl, databaseUrlFile),
    startup: { ...TIME_LIMITS, ...(schema !== undefined && { search_path: `"${schema}"` }) },
    schema,
    client: { application_name: 'oauth10', query_timeout: ANSWER_TIMEOUT_MS },
  });
}

/**
 * What a connection string says whenever it is asked: one from a file is read anew, so that a changed password
 * needs no restart.
 *
 * @throws Error for a connection string that can't be read
 */
export function targetOf(databaseUrl: string, file: string | undefined): () => DatabaseTarget {
  let target = parseDatabaseUrl(databaseUrl);
  return () => {
    if (file === undefined) return target;
    try {
      target = parseDatabaseUrl(readSecretFile(file));
    } catch {
      // Somebody is writing it; what it said before may still be good.
    }
    return target;
  };
}
