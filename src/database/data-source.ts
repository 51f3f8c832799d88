import type { DataSourceOptions, EntitySchema } from 'typeorm';
import { parseDatabaseUrl, type DatabaseTarget } from '../config/database-url.js';
import { readSecretFile } from '../config/secret-file.js';
import type { Settings } from '../config/settings.js';
import { ConnectionPool } from './connection-pool.js';
import { Connector } from './connector.js';
import { migrations } from './migrations.js';

/** How long to wait for a session, either new or returned. */
const SESSION_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 4_000;
const LOCK_TIMEOUT_MS = 1_500;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** Longer than the server's own limit, so only a silent server reaches it. */
const ANSWER_TIMEOUT_MS = 4_500;
const IDLE_SESSION_MS = 60_000;

/** The time limits of a transaction, as settings of PostgreSQL. */
export const TIME_LIMITS = {
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  lock_timeout: String(LOCK_TIMEOUT_MS),
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT_MS),
} as const;

type DatabaseSettings = Pick<Settings, 'databasePoolSize'> &
  Partial<Pick<Settings, 'databaseUrlFile' | 'databaseSchema'>>;

/**
 * How TypeORM connects to PostgreSQL. Every wait has a time limit, so that requests fail soon (503) and do not pile
 * up when the database is in trouble. The composition root names the entities; only migrations define the schema.
 *
 * @throws Error for a connection string that cannot be parsed
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

/** The connector that makes the sessions of a data source. */
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
 * Returns a function that parses the connection string. It reads a connection string from a file again at each call,
 * so that a changed password needs no restart.
 *
 * @throws Error for a connection string that cannot be parsed
 */
export function targetOf(databaseUrl: string, file: string | undefined): () => DatabaseTarget {
  let target = parseDatabaseUrl(databaseUrl);
  return () => {
    if (file === undefined) return target;
    try {
      target = parseDatabaseUrl(readSecretFile(file));
    } catch {
      // The file may be in the middle of a write; its earlier content may still be valid.
    }
    return target;
  };
}
