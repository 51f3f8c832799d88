import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { connectorOf, dataSourceOptions } from '../../src/database/data-source.js';
import { migrate, pendingMigrations } from '../../src/database/migrate.js';

class Slow1800000000001 {
  up = (runner: QueryRunner) => runner.query('SELECT pg_sleep(2)');
  down = () => Promise.reject(new Error('no way back'));
}

class Sound1800000000002 {
  up = (runner: QueryRunner) => runner.query('CREATE TABLE sound ()');
  down = () => Promise.reject(new Error('no way back'));
}

class Later1800000000004 {
  up = (runner: QueryRunner) => runner.query('CREATE TABLE later ()');
  down = () => Promise.reject(new Error('no way back'));
}

class Faulty1800000000003 {
  up = async (runner: QueryRunner) => {
    await runner.query('CREATE TABLE half ()');
    await runner.query('SELECT 1 / 0');
  };
  down = () => Promise.reject(new Error('no way back'));
}

describe('migrations', () => {
  const name = `oauth10_test_${Math.floor(Date.now() / 1000)}_${randomBytes(6).toString('hex')}`;
  const serverUrl = process.env.TEST_SERVER_URL ?? '';
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;

  const onServer = async (sql: string) => {
    const client = new Client({ connectionString: serverUrl });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  const connected = () =>
    new DataSource(dataSourceOptions({ databasePoolSize: 2 }, url)).initialize();

  beforeAll(() => onServer(`CREATE DATABASE ${name}`));
  afterAll(() => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));

  it('are applied once, however many replicas start on an empty database at once', async () => {
    const replicas = await Promise.all(Array.from({ length: 4 }, connected));
    expect(await pendingMigrations(replicas[0] as DataSource)).toBe(true);
    const applied = await Promise.all(replicas.map(migrate));
    const known = replicas[0]?.migrations.map(({ constructor }) => constructor.name);
    // Each migration was applied once, by either replica.
    expect(applied.flat().sort()).toEqual(known?.sort());
    expect(await pendingMigrations(replicas[1] as DataSource)).toBe(false);
    await Promise.all(replicas.map((replica) => replica.destroy()));
  });

  it('go on where a kill of PostgreSQL has set their sequence back', async () => {
    const options = dataSourceOptions({ databasePoolSize: 2 }, url);
    const next = await new DataSource({
      ...options,
      migrations: [Later1800000000004],
    }).initialize();
    await next.query("SELECT setval('migrations_id_seq', 1)");
    expect(await migrate(next)).toEqual(['Later1800000000004']);
    await next.destroy();
  });

  it('may take longer than a statement of a request may', async () => {
    const options = dataSourceOptions({ databasePoolSize: 2 }, url);
    const hasty = await new DataSource({
      ...options,
      migrations: [Slow1800000000001],
      extra: {
        ...(options.extra as object),
        connector: connectorOf(options).with({
          startup: { statement_timeout: '1000' },
          client: { query_timeout: 1_500 },
        }),
      },
    } as DataSourceOptions).initialize();
    await expect(migrate(hasty)).resolves.toEqual(['Slow1800000000001']);
    await hasty.destroy();
  });

  it('that fail leave nothing of themselves, and what came before stays', async () => {
    const faulty = await new DataSource({
      ...dataSourceOptions({ databasePoolSize: 2 }, url),
      migrations: [Sound1800000000002, Faulty1800000000003],
    } as DataSourceOptions).initialize();
    await expect(migrate(faulty)).rejects.toThrow('division by zero');
    const [tables] = await faulty.query<unknown[]>(
      "SELECT to_regclass('sound') IS NOT NULL AS sound, to_regclass('half') IS NOT NULL AS half",
    );
    expect(tables).toEqual({ sound: true, half: false });
    expect(await pendingMigrations(faulty)).toBe(true);
    await faulty.destroy();
  });
});
