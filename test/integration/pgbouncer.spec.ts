import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { describeWith, PGBOUNCER } from '../support/debian-tools.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startPgbouncer, type Pgbouncer } from '../support/pgbouncer.js';
import {
  credentialsIn,
  startTestService,
  type TestConsumer,
  type TestService,
} from '../support/service.js';

const IGNORES_ALL =
  'ignore_startup_parameters = statement_timeout,lock_timeout,idle_in_transaction_session_timeout,search_path';

describeWith([PGBOUNCER], 'the service behind pgbouncer', () => {
  describe.each<[string, string[]]>([
    ['its defaults', []],
    ['what others are told to set', [IGNORES_ALL]],
    ['few sessions', ['default_pool_size = 3', IGNORES_ALL]],
  ])('pgbouncer in transaction mode, with %s', (_, settings) => {
    let database: TestDatabase;
    let pooler: Pgbouncer;
    let replicas: TestService[] = [];

    beforeAll(async () => {
      database = await createTestDatabase();
      pooler = await startPgbouncer(database.url, settings);
      replicas = [await startTestService(pooler.url), await startTestService(pooler.url)];
    });
    afterAll(async () => {
      await Promise.all(replicas.map((replica) => replica.stop(0)));
      await pooler?.stop();
      await database?.drop();
    });

    const replica = (n: number): TestService => replicas[n % replicas.length] as TestService;
    const echo = (n: number, consumer: TestConsumer, access: object) =>
      replica(n).signed({ method: 'GET', target: '/oauth/oauth10/echo', ...consumer, ...access });

    it('the whole dance, on two replicas, many at once: nothing but right answers', async () => {
      const consumer = await replica(0).registerConsumer();
      const dances = await Promise.all(
        Array.from({ length: 24 }, (_unused, n) => replica(n).accessToken(consumer, `owner-${n}`)),
      );
      const replies = await Promise.all(
        Array.from({ length: 200 }, (_unused, n) =>
          echo(n, consumer, dances[n % dances.length] as object),
        ),
      );
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
      const lists = await Promise.all(
        Array.from({ length: 20 }, (_unused, n) => replica(n).admin('GET', '/admin/consumers')),
      );
      expect(new Set(lists.map(({ status }) => status))).toEqual(new Set([200]));
    });

    it('races have one winner', async () => {
      const consumer = await replica(0).registerConsumer();
      const temporary = await replica(0).initiate(consumer);
      const verifier = await replica(1).accept(temporary.token);
      const replies = await Promise.all(
        Array.from({ length: 16 }, (_unused, n) =>
          replica(n).exchange(consumer, temporary, verifier),
        ),
      );
      const won = replies.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      expect(credentialsIn(won[0]!).token).not.toBe('');
      expect(replies.filter(({ status }) => status >= 500)).toEqual([]);
    });

    it('what is prepared under a name is never met by another', async () => {
      const [found] = await database.query<{ count: string }>(
        'SELECT count(*) FROM pg_prepared_statements',
      );
      expect(found?.count).toBe('0');
      const witness = new Client({ connectionString: pooler.url });
      await witness.connect();
      const sessions = await witness.query('SELECT name FROM pg_prepared_statements');
      await witness.end();
      expect(sessions.rows).toEqual([]);
    });
  });

  describe('migrations through pgbouncer', () => {
    const { TEST_SERVER_URL: serverUrl = '' } = process.env;
    const name = `oauth10_test_${Math.floor(Date.now() / 1000)}_${randomBytes(6).toString('hex')}`;
    const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
    let pooler: Pgbouncer;
    const onServer = async (sql: string) => {
      const client = new Client({ connectionString: serverUrl });
      await client.connect();
      await client.query(sql);
      await client.end();
    };

    beforeAll(async () => {
      await onServer(`CREATE DATABASE ${name}`);
      pooler = await startPgbouncer(url, ['default_pool_size = 2']);
    });
    afterAll(async () => {
      await pooler?.stop();
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    });

    it('are applied once by several at a time, and leave no lock for the next', async () => {
      const connected = () =>
        new DataSource(dataSourceOptions({ databasePoolSize: 1 }, pooler.url)).initialize();
      const first = await Promise.all([connected(), connected(), connected()]);
      const known = first[0]?.migrations.map(({ constructor }) => constructor.name);
      const applied = await Promise.all(first.map(migrate));
      expect(applied.flat().sort()).toEqual(known?.sort());
      await Promise.all(first.map((one) => one.destroy()));
      const direct = new Client({ connectionString: url });
      await direct.connect();
      const locks = await direct.query(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      await direct.end();
      expect(locks.rows).toEqual([]);
      const again = await connected();
      expect(await migrate(again)).toEqual([]);
      await again.destroy();
    });
  });
});
