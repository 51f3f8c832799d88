import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { describeWith, REDIS } from '../support/debian-tools.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { startRedis, type RedisServer } from '../support/redis-server.js';
import { sendSigned, startTestService, type TestService } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const PUBLIC_URL = 'http://api.example.com';

describeWith(
  [REDIS],
  'a nonce is new once, though replicas disagree on where it is claimed',
  () => {
    let database: TestDatabase;
    let redis: RedisServer;
    let inDatabase: TestService;
    let inStore: TestService;
    const startWithStore = () =>
      startTestService(database.url, { PUBLIC_URL, NONCE_STORE_URL: redis.url });

    beforeAll(async () => {
      [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
      inDatabase = await startTestService(database.url, { PUBLIC_URL });
      inStore = await startWithStore();
    });
    afterAll(async () => {
      await inDatabase?.stop(0);
      await inStore?.stop(0);
      await redis.stop();
      await database.drop();
    });

    const statusAt = async (service: TestService, request: ReturnType<typeof signRequest>) =>
      (await sendSigned(request, { base: service.publicBase })).status;
    const ready = async (service: TestService) =>
      (await send({ base: service.publicBase, target: '/health/ready' })).status;

    it('one that knows of no store says 503, is not ready, and does not start beside those that do', async () => {
      const consumer = await inStore.registerConsumer({ twoLegged: true });
      const sign = () =>
        signRequest({ method: 'GET', url: `${PUBLIC_URL}/oauth/oauth10/echo`, ...consumer });
      const request = sign();
      const accepted = await eventually(
        () => statusAt(inStore, request),
        (status) => status === 200,
      );
      expect(accepted).toBe(200);
      expect(await statusAt(inDatabase, request)).toBe(503);
      expect(await ready(inDatabase)).toBe(503);
      expect(await ready(inStore)).toBe(200);
      await expect(startTestService(database.url)).rejects.toThrow(/NONCE_STORE_URL is missing/);

      // After the last replica with a store has stopped, this one recovers by itself, without the claims of the
      // store.
      await inStore.stop(0);
      const back = await eventually(
        () => statusAt(inDatabase, sign()),
        (status) => status === 200,
      );
      expect(back).toBe(200);
      expect(await statusAt(inDatabase, request)).toBe(401);
      expect(
        await eventually(
          () => ready(inDatabase),
          (status) => status === 200,
        ),
      ).toBe(200);
    });
  },
);
