import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { describeWith, REDIS } from '../support/debian-tools.js';
import { eventually } from '../support/eventually.js';
import { startRedisCluster, type RedisServer } from '../support/redis-server.js';
import { startTestService, type TestConsumer, type TestService } from '../support/service.js';

describeWith([REDIS], 'contract section 12: a cluster of which a part is down', () => {
  let database: TestDatabase;
  let servers: readonly RedisServer[];
  let service: TestService;
  let consumer: TestConsumer;

  beforeAll(async () => {
    [database, servers] = await Promise.all([createTestDatabase(), startRedisCluster()]);
    service = await startTestService(database.url, {
      NONCE_STORE_URL: servers.map(({ url }) => url).join(),
      NONCE_STORE_CLUSTER: 'true',
    });
    consumer = await service.registerConsumer({ twoLegged: true });
  });
  afterAll(async () => {
    await service.stop(0);
    await Promise.all(servers.map((server) => server.stop()));
    await database.drop();
  });

  const echo = () => service.signed({ method: 'GET', target: '/oauth/oauth10/echo', ...consumer });
  const until = (status: number) => eventually(echo, (reply) => reply.status === status);

  it('slots without a primary: 503 with Retry-After for all, and well again by itself', async () => {
    expect((await until(200)).status).toBe(200);
    // The first three servers are the primaries. Without a majority of primaries no replica can be promoted.
    const lost = servers.slice(0, 2);
    await Promise.all(lost.map((server) => server.kill()));
    const reply = await until(503);
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '1']);
    await Promise.all(lost.map((server) => server.start()));
    expect((await until(200)).status).toBe(200);
  });
});
