import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Settings } from '../../src/config/settings.js';
import { DatabaseClock } from '../../src/database/database-clock.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Statements } from '../../src/database/statements.js';
import { Transactions } from '../../src/database/transactions.js';
import { Metrics } from '../../src/metrics/metrics.js';
import { nonceClaim } from '../../src/nonces/nonce-claim.js';
import { NoncePartitions } from '../../src/nonces/nonce-partitions.js';
import { DatabaseNonces } from '../../src/nonces/database-nonces.js';
import { createLoginRole } from '../support/login-role.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const WINDOW_SECONDS = 300;
const MARGIN_SECONDS = 120;

describe('RFC 5849 §3.3: nonces go by partitions of their timestamps', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let nonces: DatabaseNonces;
  let partitions: NoncePartitions;
  let now: number;

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = new DataSource(dataSourceOptions({ databasePoolSize: 10 }, database.url));
    await dataSource.initialize();
    nonces = new DatabaseNonces(new Statements(dataSource), new Metrics());
    partitions = maintainer(WINDOW_SECONDS);
    await partitions.onModuleInit();
    now = Math.floor(Date.now() / 1000);
  });
  afterEach(async () => {
    if (dataSource?.isInitialized) await dataSource.destroy();
    await database?.drop();
  });

  function maintainer(timestampWindowSeconds: number): NoncePartitions {
    const statements = new Statements(dataSource);
    return new NoncePartitions(
      statements,
      new Transactions(dataSource),
      new DatabaseClock(statements),
      { timestampWindowSeconds } as Settings,
      new Metrics(),
    );
  }
  const claim = (timestamp: number, nonce: string) =>
    nonces
      .claim(nonceClaim({ consumerKey: 'k', timestamp, nonce }))
      .then((outcome) => outcome === 'new');
  const count = async (table: string): Promise<number> => {
    const [row] = await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    return row?.n ?? -1;
  };
  const names = async (): Promise<string[]> => {
    const rows = await database.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
       WHERE inhparent = 'nonces'::regclass ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('every timestamp of the window, and an hour to come, has one from the start', async () => {
    for (const offset of [-WINDOW_SECONDS, 0, WINDOW_SECONDS, 3_600]) {
      expect(await claim(now + offset, 'n')).toBe(true);
      expect(await claim(now + offset, 'n')).toBe(false);
    }
    expect(await count('nonces_rest')).toBe(0);
    expect(await count('nonces')).toBe(4);
  });

  it('that the role may not make are told at error level; claims go on from the rest', async () => {
    const role = await createLoginRole(database, 'p');
    await database.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public
      TO ${role.name}`);
    await database.query('REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC');
    await database.query(`GRANT EXECUTE ON FUNCTION refuse_nonces() TO ${role.name}`);
    const errors: unknown[] = [];
    Logger.overrideLogger({
      log: () => undefined,
      warn: () => undefined,
      error: (message) => errors.push(message),
    });
    await dataSource.destroy();
    dataSource = await new DataSource(
      dataSourceOptions({ databasePoolSize: 2 }, role.url('p')),
    ).initialize();
    await maintainer(WINDOW_SECONDS).makeAhead(now + 86_400);
    Logger.overrideLogger(false);
    expect(errors).toContain('Work on nonce partitions failed');
    nonces = new DatabaseNonces(new Statements(dataSource), new Metrics());
    expect(await claim(now + 86_400, 'n')).toBe(true);
    expect(await count('nonces_rest')).toBe(1);
    await dataSource.destroy();
    await role.drop();
  });

  it('a nonce is kept until its timestamp has left the window, and a margin more', async () => {
    await claim(now - WINDOW_SECONDS, 'kept');
    const before = await names();
    // Minus one second, because the first partition may begin a second before `now`.
    expect(await partitions.dropExpired(now - 1)).toBe(0);
    expect(await partitions.dropExpired(now - 1 + MARGIN_SECONDS)).toBe(0);
    expect(await names()).toEqual(before);
    expect(await claim(now - WINDOW_SECONDS, 'kept')).toBe(false);
  });

  it('is dropped when nobody can need it any more, and then nothing from there is new', async () => {
    await claim(now, 'old');
    expect(await partitions.dropExpired(now + 7_200)).toBeGreaterThan(5);
    expect(await count('nonces')).toBe(0);
    // After the drop, nonces of that time are refused, because a wider window could allow their timestamps again.
    expect(await claim(now, 'old')).toBe(false);
    expect(await claim(now, 'another')).toBe(false);
    expect(await claim(now + 8_000, 'later')).toBe(true);
  });

  it('is made anew for a wider window, and is not for timestamps that were forgotten', async () => {
    const wide = maintainer(20_000);
    expect(await wide.makeAhead(now)).toBeGreaterThan(50);
    expect(await claim(now - 18_000, 'n')).toBe(true);
    expect(await claim(now - 18_000, 'n')).toBe(false);
    expect(await count('nonces_rest')).toBe(0);
  });

  it('where none is there, the rest takes the nonce, exactly once, and lets it go in time', async () => {
    const far = now + 500_000;
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => claim(far, 'n')));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await count('nonces_rest')).toBe(1);
    // A partition for a timestamp in the default partition cannot be attached. The claim stays spent.
    await partitions.makeAhead(far);
    expect(await claim(far, 'n')).toBe(false);
    expect(await partitions.deleteExpiredOutsidePartitions(far)).toBe(0);
    expect(
      await partitions.deleteExpiredOutsidePartitions(far + WINDOW_SECONDS + MARGIN_SECONDS + 1),
    ).toBe(1);
    expect(await claim(far, 'n')).toBe(false);
  });

  it('comes and goes under racing claims, of which each nonce has one winner', async () => {
    const replica = maintainer(WINDOW_SECONDS);
    let going = true;
    const churn = Promise.all(
      [partitions, replica].map(async (one) => {
        // Away from the timestamps of the claims, whose partitions must stay.
        for (let step = 0; going; step = (step + 1) % 20) {
          await one.makeAhead(now + 20_000 + step * 600);
          await one.makeAhead(now - 20_000 + step * 600);
          await one.dropExpired(now - 5_000);
        }
      }),
    );
    let winners = 0;
    for (let n = 0; n < 300; n += 1) {
      const timestamp = now + (n % 60) * 10;
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => claim(timestamp, `race ${n}`)),
      );
      winners += outcomes.filter(Boolean).length;
    }
    going = false;
    await churn;
    expect(winners).toBe(300);
  });

  it('waits for nobody: while a transaction holds the table, maintenance gives up at once', async () => {
    const holder = dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query('INSERT INTO nonces VALUES ($1, $2, sha256($3))', [now, 'k', 'x']);
    const startedAt = Date.now();
    expect(await partitions.dropExpired(now + 7_200)).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    await holder.commitTransaction();
    await holder.release();
    expect(await partitions.dropExpired(now + 7_200)).toBeGreaterThan(0);
  });
});
