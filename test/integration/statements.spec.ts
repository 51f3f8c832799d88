import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { poolOf } from '../../src/database/connection-pool.js';
import { Statements } from '../../src/database/statements.js';
import { Transactions } from '../../src/database/transactions.js';
import { StoreUnavailable } from '../../src/failures/store-unavailable.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const WHO = { name: 'test_who', text: 'SELECT pg_backend_pid() AS pid' };
const SLOW = { name: 'test_slow', text: 'SELECT pg_sleep($1), pg_backend_pid() AS pid' };

let database: TestDatabase;
let dataSource: DataSource;
let statements: Statements;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  // With one connection the next statement uses the same session.
  dataSource = await new DataSource(
    dataSourceOptions({ databasePoolSize: 1 }, database.url),
  ).initialize();
  statements = new Statements(dataSource);
});
afterEach(async () => {
  if (dataSource.isInitialized) await dataSource.destroy();
});

/** The prepared statements of the session. */
const prepared = () =>
  statements.runPlanned({ text: 'SELECT name FROM pg_prepared_statements', values: [] });

async function pid(): Promise<number | undefined> {
  return (await statements.run<{ pid: number }>(WHO))[0]?.pid;
}

describe('a statement', () => {
  it('is prepared once a connection, and then only run', async () => {
    await pid();
    await pid();
    expect(await prepared()).toEqual([{ name: WHO.name }]);
  });

  it('hands back rows with its values in place', async () => {
    const add = { name: 'test_add', text: 'SELECT $1::int + $2::int AS sum' };
    expect(await statements.run(add, [20, 22])).toEqual([{ sum: 42 }]);
  });

  it('that the database refuses costs no connection, and keeps its SQLSTATE', async () => {
    const before = await pid();
    const divide = { name: 'test_divide', text: 'SELECT 1 / $1::int' };
    await expect(statements.run(divide, [0])).rejects.toMatchObject({ code: '22012' });
    expect(await pid()).toBe(before);
  });

  it('with a NUL in a text is a fault of ours and not an outage', async () => {
    const echo = { name: 'test_echo', text: 'SELECT $1::text AS said' };
    const attempt = statements.run(echo, ['a\0b']);
    await expect(attempt).rejects.toMatchObject({ code: '22021' });
    await expect(attempt).rejects.not.toBeInstanceOf(StoreUnavailable);
  });

  it('survives a change of the table under its plan', async () => {
    await database.query('CREATE TABLE changing AS SELECT 1 AS a');
    const all = { name: 'test_all', text: 'SELECT * FROM changing' };
    expect(await statements.run(all)).toEqual([{ a: 1 }]);
    await database.query('ALTER TABLE changing ADD COLUMN b integer DEFAULT 2');
    expect(await statements.run(all)).toEqual([{ a: 1, b: 2 }]);
    expect(await statements.run(all)).toEqual([{ a: 1, b: 2 }]);
  });

  it('survives a session that has lost its plans, and has no name from then on', async () => {
    const before = await pid();
    await statements.run({ name: 'test_forget', text: 'DEALLOCATE ALL' });
    // The session looks like one behind a pooler that was not detected: it loses its prepared statements.
    expect(await pid()).toBe(before);
    expect(await pid()).not.toBe(before);
    expect(await prepared()).toEqual([]);
  });
});

describe('behind a pooler, where others could put another statement behind a name', () => {
  beforeEach(async () => {
    await dataSource.destroy();
    const url = Object.assign(new URL(database.url), { search: '?pgbouncer=true' });
    dataSource = await new DataSource(
      dataSourceOptions({ databasePoolSize: 1 }, url.href),
    ).initialize();
    statements = new Statements(dataSource);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a statement', pid],
    [
      'a statement of a transaction',
      () => new Transactions(dataSource).runWithoutCatchUp((runner) => runner.run(WHO)),
    ],
    ['a query on the pool', () => poolOf(dataSource).query({ ...WHO, values: [] })],
  ])('%s is not prepared', async (_, work) => {
    await work();
    await work();
    expect(await prepared()).toEqual([]);
  });
});

describe('trouble below', () => {
  it('in the middle of a statement is StoreUnavailable, and the next one is served', async () => {
    const before = await pid();
    const cut = expect(statements.run(SLOW, [20])).rejects.toBeInstanceOf(StoreUnavailable);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await database.query('SELECT pg_terminate_backend($1)', [before]);
    await cut;
    const after = await pid();
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });

  it('between two statements goes unnoticed, once the news has arrived', async () => {
    const before = await pid();
    await database.query('SELECT pg_terminate_backend($1, 5000)', [before]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await pid()).not.toBe(before);
  });

  it('is a statement that takes longer than a request may', async () => {
    const started = Date.now();
    await expect(statements.run(SLOW, [30])).rejects.toBeInstanceOf(StoreUnavailable);
    expect(Date.now() - started).toBeLessThan(8_000);
    expect(await pid()).toBeDefined();
  });

  it('is a pool with no connection to spare, after two seconds', async () => {
    const slow = statements.run(SLOW, [3]);
    await expect(pid()).rejects.toBeInstanceOf(StoreUnavailable);
    await slow;
  });

  it('is a data source that is closed', async () => {
    await dataSource.destroy();
    await expect(pid()).rejects.toBeInstanceOf(StoreUnavailable);
  });
});
