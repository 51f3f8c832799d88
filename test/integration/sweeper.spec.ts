import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { send } from '../support/http.js';
import { startTestService, type TestConsumer, type TestService } from '../support/service.js';

describe('what has ended is cleared away', () => {
  let database: TestDatabase;
  let service: TestService;
  let consumer: TestConsumer;
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, {
      SWEEP_INTERVAL_SECONDS: '1',
      TOKEN_RETENTION_DAYS: '30',
    });
    consumer = await service.registerConsumer();
  });
  afterAll(async () => {
    await service?.stop(0);
    await database?.drop();
  });

  const tokens = async (table: string): Promise<string[]> => {
    const rows = await database.query<{ token: string }>(`SELECT token FROM ${table} ORDER BY 1`);
    return rows.map(({ token }) => token);
  };
  async function until(settled: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 8_000;
    while (!(await settled()) && Date.now() < deadline) await sleep(50);
  }

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
    await until(async () => (await tokens('temporary_credentials')).length === 2);
    expect(await tokens('temporary_credentials')).toEqual([live.token, ended.token].sort());
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    expect(text).toContain('oauth10_swept_rows_total{what="temporary_credentials"} 2500');
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
    await until(async () => (await tokens('access_tokens')).length === 3);
    expect(await tokens('access_tokens')).toEqual(
      [live?.token, expired?.token, revoked?.token].sort(),
    );
  });

  it('leaves alone what a transaction is working with, and comes back to it', async () => {
    await database.query(
      `INSERT INTO temporary_credentials (token, consumer_key, secret, callback, scopes, expires_at)
       VALUES ('held', '${consumer.consumerKey}', '', 'oob', '{}', now() - interval '2 hours'),
              ('free', '${consumer.consumerKey}', '', 'oob', '{}', now() - interval '2 hours')`,
    );
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM temporary_credentials WHERE token = 'held' FOR UPDATE`);
    await until(async () => !(await tokens('temporary_credentials')).includes('free'));
    expect(await tokens('temporary_credentials')).toContain('held');
    expect(await tokens('temporary_credentials')).not.toContain('free');
    await holder.query('ROLLBACK');
    await holder.end();
    await until(async () => !(await tokens('temporary_credentials')).includes('held'));
    expect(await tokens('temporary_credentials')).not.toContain('held');
  });

  it('what files left behind, a week after they were given up; what goes on stays', async () => {
    const begin = async (state: string): Promise<number> => {
      const [row] = await database.query<{ id: number }>(
        `INSERT INTO imports (file_hash, updated_at, finished_at)
         VALUES (sha256(random()::text::bytea), ${state}) RETURNING id`,
      );
      const id = row?.id ?? 0;
      await database.query(
        `INSERT INTO import_tokens (import_id, line, token, consumer_key, secret, subject, scopes)
         SELECT ${id}, n, 't' || n, 'c', '', 's', '{}' FROM generate_series(1, 1500) n`,
      );
      return id;
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
    await until(async () => (await left()) === wanted);
    expect(await left()).toBe(wanted);
  });
});
