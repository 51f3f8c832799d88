import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { SecretBox } from '../../src/secrets/secret-box.js';
import { eventually } from '../support/eventually.js';
import type { HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

const KEY = randomBytes(32);

/** Another change of the row commits between the read and the write of a change by staff. */
describe('a consumer that changes between the read and the write of another change', () => {
  const { database, service } = serviceForAllTests({
    SECRET_KEYS: `test:${KEY.toString('base64')}`,
  });
  let consumer: TestConsumer;
  let path: string;

  beforeEach(async () => {
    consumer = await service.registerConsumer({ twoLegged: true });
    path = `/admin/consumers/${consumer.consumerKey}`;
  });

  const isWaiting = async () => {
    const [found] = await database.query<{ waits: boolean }>(`
      SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple'))
        AS waits`);
    return found?.waits === true;
  };
  /** Commits the change after the act has read the old row, while the act waits for the row lock. */
  const inBetween = async (
    sql: string,
    values: unknown[],
    act: () => Promise<HttpReply>,
  ): Promise<HttpReply> => {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query(sql, values);
      const reply = act();
      expect(await eventually(isWaiting, (waits) => waits)).toBe(true);
      await holder.query('COMMIT');
      return await reply;
    } finally {
      await holder.end();
    }
  };

  it('keeps the secrets that were sealed anew', async () => {
    const { consumerKey } = consumer;
    await service.admin('POST', `${path}/secret`, { overlapSeconds: 3600 });
    const box = new SecretBox([{ id: 'test', key: KEY }]);
    const sealed = async () =>
      (
        await database.query<Record<'secret' | 'previous_secret', Buffer>>(
          'SELECT secret, previous_secret FROM consumers WHERE consumer_key = $1',
          [consumerKey],
        )
      )[0]!;
    const before = await sealed();
    const anew = (column: 'secret' | 'previous_secret') => {
      const place = { table: 'consumers', row: consumerKey, column };
      return box.seal(box.open(before[column], place), place);
    };
    const fresh = { secret: anew('secret'), previous_secret: anew('previous_secret') };
    for (const column of ['secret', 'previous_secret'] as const) {
      const reply = await inBetween(
        `UPDATE consumers SET ${column} = $2 WHERE consumer_key = $1`,
        [consumerKey, fresh[column]],
        () => service.admin('PATCH', path, { name: `Behind ${column}` }),
      );
      expect([reply.status, reply.json().name]).toEqual([200, `Behind ${column}`]);
      expect((await sealed())[column]).toEqual(fresh[column]);
    }
  });

  it('keeps the note of the last use of a secret that was not rotated after all', async () => {
    const { consumerKey } = consumer;
    await database.query('INSERT INTO previous_secret_uses VALUES ($1, now())', [consumerKey]);
    // Changed beside the service, so the retry finds a row whose MAC does not match.
    const reply = await inBetween(
      `UPDATE consumers SET scopes = '{admin}', version = version + 1 WHERE consumer_key = $1`,
      [consumerKey],
      () => service.admin('POST', `${path}/secret`, { overlapSeconds: 60 }),
    );
    expect(reply.status).toBe(404);
    const noted = await database.query(
      'SELECT 1 FROM previous_secret_uses WHERE consumer_key = $1',
      [consumerKey],
    );
    expect(noted).toHaveLength(1);
  });
});
