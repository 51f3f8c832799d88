import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer, TestCredentials } from '../support/service.js';

/** Each has 5,000 rows. */
const PARTS = 4;
/** All parts together take longer than any other change may. */
const PART_SECONDS = 1.5;

describe('all tokens of a consumer or subject, more than one statement can revoke in time', () => {
  const { database, service } = serviceForAllTests();
  let consumer: TestConsumer;
  let access: TestCredentials;

  beforeEach(async () => {
    consumer = await service.registerConsumer();
    access = await service.accessToken(consumer);
    await database.query(
      `INSERT INTO access_tokens (token, consumer_key, secret, subject, scopes, expires_at)
       SELECT 'many-' || n, $1, '\\x00', 'jane', '{}', now() + interval '1 day'
       FROM generate_series(1, $2) n`,
      [consumer.consumerKey, (PARTS - 1) * 5_000],
    );
    await database.query(`
      CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(${PART_SECONDS}); RETURN NULL; END $$;
      CREATE TRIGGER take_long BEFORE UPDATE ON access_tokens
        FOR EACH STATEMENT EXECUTE FUNCTION take_long()`);
  });
  afterEach(() =>
    database.query('DROP TRIGGER take_long ON access_tokens; DROP FUNCTION take_long'),
  );

  it('all are revoked, once, and on record in one event', async () => {
    const revoke = () => service.admin('POST', '/admin/tokens/revoke', { subject: 'jane' });
    const reply = await revoke();
    const revoked = (PARTS - 1) * 5_000 + 1;
    expect([reply.status, reply.json()]).toEqual([200, { revoked }]);
    const [left] = await database.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM access_tokens WHERE revoked_at IS NULL',
    );
    expect(left?.n).toBe(0);
    const events = await database.query<{ detail: object }>(
      `SELECT detail FROM audit_events WHERE action = 'token.revoke-all'`,
    );
    expect(events).toEqual([{ detail: expect.objectContaining({ subject: 'jane', revoked }) }]);
    const echo = await service.signed({
      method: 'GET',
      target: '/oauth/oauth10/echo',
      ...consumer,
      ...access,
    });
    expect(echo.form()['oauth_problem']).toBe('token_revoked');
  });
});
