import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { DatabaseClock } from '../../src/database/database-clock.js';
import { Statements } from '../../src/database/statements.js';
import { StoreUnavailable } from '../../src/failures/store-unavailable.js';
import { NonceTimeline } from '../../src/nonces/nonce-timeline.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { proxyTo } from '../support/database-proxy.js';

const TEN_MINUTES_MS = 600_000;

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await new DataSource(
    dataSourceOptions({ databasePoolSize: 2 }, database.url),
  ).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
afterEach(() => jest.restoreAllMocks());

async function databaseSeconds(): Promise<number> {
  const [row] = await database.query<{ now: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 AS now',
  );
  return row?.now ?? Number.NaN;
}

describe("RFC 5849 §3.3: the timestamp is judged by the database's clock", () => {
  it('which the process carries', async () => {
    const clock = new DatabaseClock(new Statements(dataSource));
    await clock.sync();
    const before = await databaseSeconds();
    const now = clock.nowSeconds();
    const after = await databaseSeconds();
    // The clock assumes the middle of the round trip, so it may be off by one second near a boundary.
    expect(now).toBeGreaterThanOrEqual(before - 1);
    expect(now).toBeLessThanOrEqual(after + 1);
  });

  it.each([-TEN_MINUTES_MS, TEN_MINUTES_MS])(
    'whatever the machine itself believes: %d ms off',
    async (errorMs) => {
      const truth = Date.now;
      jest.spyOn(Date, 'now').mockImplementation(() => truth() + errorMs);
      const clock = new DatabaseClock(new Statements(dataSource));
      await clock.sync();
      expect(Math.abs(clock.nowSeconds() - (await databaseSeconds()))).toBeLessThanOrEqual(1);
    },
  );

  it('and which is unknown, not guessed, before it was asked', () => {
    const clock = new DatabaseClock(new Statements(dataSource));
    expect(() => clock.nowSeconds()).toThrow(StoreUnavailable);
  });

  it('and which goes on while the database is away', async () => {
    const other = await new DataSource(
      dataSourceOptions({ databasePoolSize: 1 }, database.url),
    ).initialize();
    const clock = new DatabaseClock(new Statements(other));
    await clock.sync();
    await other.destroy();
    await expect(clock.sync()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(Math.abs(clock.nowSeconds() - (await databaseSeconds()))).toBeLessThanOrEqual(1);
  });

  it('and which the start waits for, should the database go away behind its first connection', async () => {
    const proxy = await proxyTo(database.url);
    const other = await new DataSource(
      dataSourceOptions({ databasePoolSize: 1 }, proxy.url),
    ).initialize();
    const statements = new Statements(other);
    const [clock, timeline] = [new DatabaseClock(statements), new NonceTimeline(statements)];
    proxy.cut();
    const begun = Promise.all([clock.onModuleInit(), timeline.onModuleInit()]);
    await expect(Promise.race([begun, sleep(500, 'waiting')])).resolves.toBe('waiting');
    proxy.mend();
    await begun;
    expect(Math.abs(clock.nowSeconds() - (await databaseSeconds()))).toBeLessThanOrEqual(1);
    clock.onModuleDestroy();
    timeline.onModuleDestroy();
    await other.destroy();
    await proxy.close();
  });
});
