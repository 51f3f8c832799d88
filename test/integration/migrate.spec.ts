import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { migrate, pendingMigrations } from '../../src/database/migrate.js';

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
    expect(applied.flat()).toEqual(known);
    expect(await pendingMigrations(replicas[1] as DataSource)).toBe(false);
    await Promise.all(replicas.map((replica) => replica.destroy()));
  });
});
