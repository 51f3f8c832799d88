import { readEnvironment } from './read-environment.js';
import { SettingsError, type Settings } from './settings.js';

/** The settings that a migration needs: the database, and no other secret. */
export type MigrationSettings = Pick<
  Settings,
  'databaseUrl' | 'databaseUrlFile' | 'databaseSchema' | 'databasePoolSize' | 'dataDir'
>;

const READ = [
  'MIGRATION_DATABASE_URL',
  'DATABASE_URL',
  'DATABASE_SCHEMA',
  'DATABASE_POOL_SIZE',
  'DATA_DIR',
];

/**
 * Reads the database URL for migrations: MIGRATION_DATABASE_URL, else DATABASE_URL. Ignores faults of other settings.
 *
 * @throws SettingsError
 */
export function readMigrationSettings(env: NodeJS.ProcessEnv = process.env): MigrationSettings {
  const { environment, faults: all } = readEnvironment(env);
  const faults = all.filter((fault) => READ.some((name) => fault.startsWith(name)));
  const { MIGRATION_DATABASE_URL, DATABASE_URL, NODE_ENV } = environment;
  const isOwn = MIGRATION_DATABASE_URL !== undefined;
  const databaseUrl = MIGRATION_DATABASE_URL ?? DATABASE_URL;
  if (NODE_ENV === 'production' && databaseUrl === undefined && faults.length === 0) {
    faults.push('MIGRATION_DATABASE_URL or DATABASE_URL is required in production');
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return {
    databaseUrl,
    databaseUrlFile: (isOwn ? env.MIGRATION_DATABASE_URL_FILE : env.DATABASE_URL_FILE) || undefined,
    databaseSchema: environment.DATABASE_SCHEMA,
    databasePoolSize: environment.DATABASE_POOL_SIZE,
    dataDir: environment.DATA_DIR,
  };
}
