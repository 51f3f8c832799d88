import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { describeWith, REDIS } from '../support/debian-tools.js';
import { eventually } from '../support/eventually.js';
import { startRedis, type RedisServer } from '../support/redis-server.js';
import { sendSigned, startTestService, type TestService } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const PUBLIC_URL = 'http://api.example.com';
/** Longer than it takes to begin and open an epoch, where a statement may take 4 s. */
const CLAIM_SECONDS = 3;

describeWith([REDIS], 'the first epoch of a nonce store', () => {
  let database: TestDatabase;
  let redis: RedisServer;
  let inDatabase: TestService;
  let inStore: TestService;

  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
    inDatabase = await startTestService(database.url, { PUBLIC_URL });
    // The service starts without its store, and opens the epoch when the store is back.
    await redis.kill();
    inStore = await startTestService(database.url, { PUBLIC_URL, NONCE_STORE_URL: redis.url });
  });
  afterAll(async () => {
    await inDatabase?.stop(0);
    await inStore?.stop(0);
    await redis?.stop();
    await database?.drop();
  });

  const statusAt = async (service: TestService, request: ReturnType<typeof signRequest>) =>
    (await sendSigned(request, { base: service.publicBase })).status;
  const isOpen = async () =>
    (await database.query<{ is: boolean }>('SELECT is_open AS is FROM nonce_store'))[0]?.is;

  it('waits for a claim in the database that does not see it', async () => {
    const consumer = await inDatabase.registerConsumer({ twoLegged: true });
    const url = `${PUBLIC_URL}/oauth/oauth10/echo`;
    const request = signRequest({ method: 'GET', url, ...consumer });
    await database.query(`
      CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(${CLAIM_SECONDS}); RETURN NEW; END $$;
      CREATE TRIGGER take_long BEFORE INSERT ON nonces FOR EACH ROW EXECUTE FUNCTION take_long()`);
    const claimed = statusAt(inDatabase, request);
    await eventually(
      () =>
        database.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
        ),
      (rows) => rows.length === 1,
    );
    await redis.start();
    expect(await claimed).toBe(200);
    await database.query('DROP TRIGGER take_long ON nonces');
    expect(await eventually(isOpen, Boolean)).toBe(true);
    expect(
      await eventually(
        () => statusAt(inStore, request),
        (status) => status !== 503,
      ),
    ).toBe(401);
  });
});
