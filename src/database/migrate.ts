import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';

/** Any constant will do, as long as every release of the service takes the same. */
const LOCK_KEY = 5849_0001;
const LOCK_TIMEOUT_MS = 10_000;

/**
 * Applies the pending migrations, each in a transaction of its own, and resolves to their names.
 *
 * Replicas may all call it at once: one works under an advisory lock, the others wait and then
 * find nothing to do. It runs on connections of its own, since a migration may take longer than
 * any statement of a request may; a lock on a table it still does not wait for without end,
 * because behind the one who waits, everybody waits.
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  if (!(await pendingMigrations(dataSource))) {
    return [];
  }
  const patient = new DataSource(patientOptions(dataSource.options));
  await patient.initialize();
  try {
    return await underLock(patient.createQueryRunner(), async () => {
      const applied = await patient.runMigrations({ transaction: 'each' });
      return applied.map(({ name }) => name);
    });
  } finally {
    await patient.destroy();
  }
}

/** Whether this release knows a migration that the database has not seen. One cheap query. */
export async function pendingMigrations(dataSource: DataSource): Promise<boolean> {
  const known = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
  if (known.length === 0) {
    return false;
  }
  try {
    const rows: { name: string }[] = await dataSource.query('SELECT name FROM migrations');
    const applied = new Set(rows.map(({ name }) => name));
    return known.some((name) => !applied.has(name));
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) {
      return true;
    }
    throw error;
  }
}

const UNDEFINED_TABLE = '42P01';

async function underLock<T>(lockRunner: QueryRunner, work: () => Promise<T>): Promise<T> {
  try {
    // The lock is waited for without end; it is held no longer than migrations take.
    await lockRunner.query('SET lock_timeout = 0');
    await lockRunner.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    return await work();
  } finally {
    // The lock belongs to the session and goes with the connection, which is closed next.
    await lockRunner.release();
  }
}

function patientOptions(options: DataSourceOptions): DataSourceOptions {
  return {
    ...options,
    entities: [],
    poolSize: 2,
    extra: {
      ...(options.extra as object),
      statement_timeout: 0,
      query_timeout: 0,
      idle_in_transaction_session_timeout: 0,
      lock_timeout: LOCK_TIMEOUT_MS,
    },
  } as DataSourceOptions;
}
