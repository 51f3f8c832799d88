import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

describe('what has ended is cleared away', () => {
  const { database, service } = serviceForAllTests({
    SWEEP_INTERVAL_SECONDS: '1',
    TOKEN_RETENTION_DAYS: '30',
  });
  let consumer: TestConsumer;
  beforeAll(async () => {
    consumer = await service.registerConsumer();
  });

  const tokens = async (table: string): Promise<string[]> => {
    const rows = await database.query<{ token: string }>(`SELECT token FROM ${table} ORDER BY 1`);
    return rows.map(({ token }) => token);
  };

  it('temporary credentials an hour after their end, in batches; what lives stays', async () => {
    const live = await service.initiate(consumer);
    const ended = await service.initiate(consumer);
    await database.query(
      `INSERT INTO temporary_credentials (token, consumer_key, secret, callback, scopes, expires_at)
       SELECT 'old-' || n, '${consumer.consumerKey}', '', 'oob', '{}', now() - interval '2 hours'
       FROM generate_series(1, 2500) n`,
    );
    await database.query(
      `UPDATE temporary_credentials SET expires_at = now() - interval '59 minutes'
       WHERE token = '${ended.token}'`,
    );
    expect(
      await eventually(
        () => tokens('temporary_credentials'),
        ({ length }) => length <= 2,
      ),
    ).toEqual([live.token, ended.token].sort());
    // A batch is counted when the reply arrives, slightly after its commit.
    const swept = 'oauth10_swept_rows_total{task="temporary_credentials"} 2500';
    const metrics = async () => (await send({ base: service.adminBase, target: '/metrics' })).text;
    expect(await eventually(metrics, (text) => text.includes(swept))).toContain(swept);
  });

  it('access tokens that ended before the retention; staff still see those after it', async () => {
    const [live, expired, revoked, longExpired, longRevoked] = await Promise.all(
      Array.from({ length: 5 }, () => service.accessToken(consumer)),
    );
    const set = (token: string | undefined, assignment: string) =>
      database.query(`UPDATE access_tokens SET ${assignment} WHERE token = '${token}'`);
    await set(expired?.token, "expires_at = now() - interval '29 days'");
    await set(revoked?.token, "revoked_at = now() - interval '29 days'");
    await set(longExpired?.token, "expires_at = now() - interval '31 days'");
    await set(longRevoked?.token, "revoked_at = now() - interval '31 days'");
    expect(
      await eventually(
        () => tokens('access_tokens'),
        ({ length }) => length <= 3,
      ),
    ).toEqual([live?.token, expired?.token, revoked?.token].sort());
  });

  it('leaves alone what a transaction is working with, and comes back to it', async () => {
    const insert = (token: string, ago: string) =>
      database.query(
        `INSERT INTO temporary_credentials (token, consumer_key, secret, callback, scopes, expires_at)
         VALUES ('${token}', '${consumer.consumerKey}', '', 'oob', '{}', now() - interval '${ago}')`,
      );
    // The row becomes due in three seconds, when it is locked.
    await insert('held', '59 minutes 57 seconds');
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM temporary_credentials WHERE token = 'held' FOR UPDATE`);
    await sleep(3_000);
    await insert('free', '2 hours');
    const left = await eventually(
      () => tokens('temporary_credentials'),
      (rows) => !rows.includes('free'),
    );
    expect(left).toContain('held');
    expect(left).not.toContain('free');
    await holder.query('ROLLBACK');
    await holder.end();
    expect(
      await eventually(
        () => tokens('temporary_credentials'),
        (rows) => !rows.includes('held'),
      ),
    ).not.toContain('held');
  });

  it('what files left behind, a week after they were given up; what goes on stays', async () => {
    const begin = async (state: string): Promise<number> => {
      // One statement, because a sweep between two statements would delete the import before it has rows.
      const [row] = await database.query<{ id: number }>(
        `WITH import AS (
           INSERT INTO imports (file_hash, updated_at, finished_at)
           VALUES (sha256(random()::text::bytea), ${state}) RETURNING id
         ), tokens AS (
           INSERT INTO import_tokens (import_id, line, token, consumer_key, secret, subject, scopes)
           SELECT id, n, 't' || n, 'c', '', 's', '{}' FROM import, generate_series(1, 1500) n
         )
         SELECT id FROM import`,
      );
      return row?.id ?? 0;
    };
    const live = await begin("now() - interval '6 days', NULL");
    await begin("now() - interval '8 days', NULL");
    const done = await begin("now() - interval '2 hours', now() - interval '2 hours'");
    const left = async () =>
      JSON.stringify([
        await database.query('SELECT id FROM imports ORDER BY id'),
        await database.query('SELECT DISTINCT import_id AS id FROM import_tokens'),
      ]);
    const wanted = JSON.stringify([[{ id: live }, { id: done }], [{ id: live }]]);
    expect(await eventually(left, (rows) => rows === wanted)).toBe(wanted);
  });
});
