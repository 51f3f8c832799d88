import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Transactions, type Transaction } from '../../src/database/transactions.js';
import { StoreUnavailable } from '../../src/failures/store-unavailable.js';
import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Stopwatch } from '../support/stopwatch.js';

const WHO = { name: 'test_who', text: 'SELECT pg_backend_pid() AS pid' };

describe('a transaction, when there is trouble below', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  let dataSource: DataSource;
  let transactions: Transactions;

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await proxyTo(database.url);
    const options = dataSourceOptions({ databasePoolSize: 1 }, proxy.url);
    dataSource = await new DataSource(options).initialize();
    transactions = new Transactions(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await proxy.close();
    await database.drop();
  });

  const pidIn = async (transaction: Transaction) =>
    (await transaction.run<{ pid: number }>(WHO))[0]?.pid;

  it('whose connection broke between two statements says so, and the next one goes', async () => {
    const broken = transactions.run(async (transaction) => {
      await database.query('SELECT pg_terminate_backend($1)', [await pidIn(transaction)]);
      await sleep(100);
      return pidIn(transaction);
    });
    await expect(broken).rejects.toThrow(StoreUnavailable);
    expect(await transactions.run(pidIn)).toEqual(expect.any(Number));
  });

  it('whose connection broke before its COMMIT says so too', async () => {
    const broken = transactions.run(async (transaction) => {
      await database.query('SELECT pg_terminate_backend($1)', [await pidIn(transaction)]);
      await sleep(100);
    });
    await expect(broken).rejects.toThrow(StoreUnavailable);
  });

  it('ends in time for who has waited before it began', async () => {
    const watch = new Stopwatch();
    const late = transactions.runWithoutCatchUp(
      (runner) => runner.run({ name: 'wait', text: 'SELECT pg_sleep(3)' }),
      performance.now() - 3_500,
    );
    await expect(late).rejects.toThrow(StoreUnavailable);
    expect(watch.stop()).toBeLessThan(2_000);
  });

  it('ends within five seconds as a whole, however silent the way is, and gives its place back', async () => {
    const watch = new Stopwatch();
    const silent = transactions.run(async (transaction) => {
      await sleep(1_000);
      proxy.blackhole();
      return pidIn(transaction);
    });
    await expect(silent).rejects.toThrow(StoreUnavailable);
    expect(watch.stop()).toBeLessThan(4_900);
    proxy.mend();
    expect(await transactions.run(pidIn)).toEqual(expect.any(Number));
  });

  // pg drops the ROLLBACK queued after the late answer, so the session would stay in the transaction.
  it('without an end of its own, ends a session whose answers are late: nobody is lent it', async () => {
    let pid: number | undefined;
    const late = transactions.runOnSnapshot(async (transaction) => {
      pid = await pidIn(transaction);
      proxy.delay(9_400);
      return pidIn(transaction);
    });
    await expect(late).rejects.toThrow(StoreUnavailable);
    proxy.delay(0);
    expect(await transactions.run(pidIn)).not.toBe(pid);
  });
});
