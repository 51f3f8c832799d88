import {
  DataSource,
  type DataSourceOptions,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import { connectorOf, TIME_LIMITS } from './data-source.js';
import { DatabaseRefusal } from './database-refusal.js';

/** Any constant works, but every release of the service must use the same one. */
const LOCK_KEY = 5849_0001;
const LOCK_TIMEOUT_MS = 10_000;

const UNDEFINED_TABLE = '42P01';
const INSUFFICIENT_PRIVILEGE = '42501';
const NO_SCHEMA = '3F000';

/**
 * Applies the pending migrations, each in its own transaction, and resolves to the names of those that it applied.
 *
 * Several replicas may call this at the same time: one holds an advisory lock and works, and the others wait and then
 * find nothing to do. The lock belongs to the transaction, because a pooler may give the session of an earlier
 * transaction to any client. The migrations run on their own connection, because they may take longer than the time
 * limit for statements of requests. They wait for a table lock only for a limited time, because every later request
 * for that table queues behind the waiting migration.
 *
 * @throws DatabaseRefusal if the role lacks the privileges
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  if (!(await pendingMigrations(dataSource))) {
    return [];
  }
  const patient = await new DataSource(patientOptions(dataSource.options)).initialize();
  try {
    const applied: string[] = [];
    for (const migration of inOrder(patient.migrations)) {
      if (await applyOnce(patient, migration)) applied.push(nameOf(migration));
    }
    return applied;
  } catch (error) {
    throw (await inWords(dataSource, error)) ?? error;
  } finally {
    await patient.destroy();
  }
}

/** Whether this release has a migration that was not applied to the database. Costs one cheap query. */
export async function pendingMigrations(dataSource: DataSource): Promise<boolean> {
  const known = dataSource.migrations.map(nameOf);
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

const nameOf = (migration: MigrationInterface): string =>
  migration.name ?? migration.constructor.name;

/** TypeORM's table of migrations, with its format of the timestamp. */
const MAKE_LIST = `CREATE TABLE migrations (
    id serial PRIMARY KEY, timestamp bigint NOT NULL, name varchar NOT NULL)`;

/**
 * Under wal_level=minimal, which the embedded server uses, a sequence that the same transaction created and used is
 * reset when PostgreSQL is killed (seen in 15 and 18). Its next number would then be one that is taken.
 */
const CATCH_UP =
  "SELECT setval(pg_get_serial_sequence('migrations', 'id'), max(id)) FROM migrations";

const inOrder = (migrations: readonly MigrationInterface[]): MigrationInterface[] =>
  [...migrations].sort((a, b) => timestampOf(nameOf(a)) - timestampOf(nameOf(b)));

const timestampOf = (name: string): number => Number(name.slice(-13));

/** @returns false if another process has applied it */
async function applyOnce(dataSource: DataSource, migration: MigrationInterface): Promise<boolean> {
  const name = nameOf(migration);
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    // The wait for the advisory lock has no limit, because the lock is held no longer than a migration takes.
    for (const limit of Object.keys(TIME_LIMITS)) await runner.query(`SET LOCAL ${limit} = 0`);
    await runner.query(`SELECT pg_advisory_xact_lock(${LOCK_KEY})`);
    await runner.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await makeSchema(runner);
    await becomeOwner(runner);
    if (!(await isThere(runner))) await runner.query(MAKE_LIST);
    const applied = await rowsOf<unknown>(runner, 'SELECT 1 FROM migrations WHERE name = $1', [
      name,
    ]);
    const isNew = applied.length === 0;
    if (isNew) {
      await migration.up(runner);
      await runner.query(CATCH_UP);
      await runner.query('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', [
        timestampOf(name),
        name,
      ]);
    }
    await runner.commitTransaction();
    return isNew;
  } catch (error) {
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

async function rowsOf<Row>(runner: QueryRunner, sql: string, values?: unknown[]): Promise<Row[]> {
  return (await runner.query(sql, values)) as Row[];
}

async function isThere(runner: QueryRunner): Promise<boolean> {
  const rows = await rowsOf<{ there: boolean }>(
    runner,
    "SELECT to_regclass('migrations') IS NOT NULL AS there",
  );
  return rows[0]?.there === true;
}

/** Creates the schema that DATABASE_SCHEMA names, if it does not exist. */
async function makeSchema(runner: QueryRunner): Promise<void> {
  const { schema } = connectorOf(runner.dataSource.options);
  if (schema === undefined) return;
  const there = await rowsOf<unknown>(runner, 'SELECT 1 FROM pg_namespace WHERE nspname = $1', [
    schema,
  ]);
  if (there.length === 0) await runner.query(`CREATE SCHEMA "${schema}"`);
}

/**
 * Switches to the owner of the existing tables if the login role is a member of it, so that the owner also owns the
 * new tables. Otherwise the owner could not dump them, and could not drop the login role.
 */
async function becomeOwner(runner: QueryRunner): Promise<void> {
  const rows = await rowsOf<{ owner: string; ours: boolean }>(
    runner,
    `
    SELECT quote_ident(pg_get_userbyid(relowner)) AS owner,
      relowner <> current_user::regrole AND pg_has_role(current_user, relowner, 'MEMBER') AS ours
    FROM pg_class WHERE oid = to_regclass('migrations')`,
  );
  for (const { owner, ours } of rows) if (ours) await runner.query(`SET LOCAL ROLE ${owner}`);
}

async function inWords(
  dataSource: DataSource,
  error: unknown,
): Promise<DatabaseRefusal | undefined> {
  const { code = '', message } = error as Error & { code?: string };
  if (code !== INSUFFICIENT_PRIVILEGE && code !== NO_SCHEMA) return undefined;
  const [names]: { role: string; schema: string }[] = await dataSource.query(
    `SELECT quote_ident(current_user) AS role,
      quote_ident(coalesce($1, current_schema(), 'public')) AS schema`,
    [connectorOf(dataSource.options).schema],
  );
  const { role, schema } = names ?? { role: '?', schema: '?' };
  return new DatabaseRefusal(
    `The role ${role} may not migrate the schema ${schema} (${code}): ${message}.\n` +
      `  Let the owner of the tables do it (MIGRATION_DATABASE_URL with npm run migrate, AUTO_MIGRATE=false\n` +
      `  for the service), or for a new schema say as its owner:\n` +
      `  GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role};`,
  );
}

function patientOptions(options: DataSourceOptions): DataSourceOptions {
  return {
    ...options,
    entities: [],
    poolSize: 1,
    extra: { ...(options.extra as object), connector: connectorOf(options).patient() },
  } as DataSourceOptions;
}
