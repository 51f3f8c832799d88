import { createClient } from '@redis/client';
import { SettingsError } from '../../src/config/settings.js';
import { describeWith, REDIS } from '../support/debian-tools.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { startRedis, type RedisServer } from '../support/redis-server.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { startTestService, type TestConsumer } from '../support/service.js';
import { Stopwatch } from '../support/stopwatch.js';

describeWith([REDIS], 'contract section 12: trouble with the nonce store', () => {
  let redis: RedisServer;
  const { database, service } = serviceForAllTests(async () => {
    redis = await startRedis();
    return {
      NONCE_STORE_URL: redis.url,
      RATE_LIMIT_STORE: 'nonce-store',
      RATE_LIMIT_PER_CONSUMER: '1000',
    };
  });
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ twoLegged: true });
  });
  afterAll(() => redis.stop());

  const echo = () => service.signed({ method: 'GET', target: '/oauth/oauth10/echo', ...consumer });
  const ready = async () =>
    (await send({ base: service.publicBase, target: '/health/ready' })).status;
  const config = (name: string, value: string) => redis.command('CONFIG', 'SET', name, value);

  it.each<[string, { harm: () => unknown; mend: () => unknown }]>([
    ['out of reach', { harm: () => redis.kill(), mend: () => redis.start() }],
    ['silent', { harm: () => redis.pause(true), mend: () => redis.pause(false) }],
    ['full', { harm: () => config('maxmemory', '1'), mend: () => config('maxmemory', '0') }],
    [
      'a replica',
      {
        harm: () => redis.command('REPLICAOF', '127.0.0.1', '1'),
        mend: () => redis.command('REPLICAOF', 'NO', 'ONE'),
      },
    ],
    [
      'dropping what it is short of memory for',
      {
        harm: () => config('maxmemory-policy', 'allkeys-lru'),
        mend: () => config('maxmemory-policy', 'noeviction'),
      },
    ],
  ])('%s: 503 with Retry-After, not ready, and well again by itself', async (_, { harm, mend }) => {
    expect((await echo()).status).toBe(200);
    await harm();
    const watch = new Stopwatch();
    const replies = [];
    do replies.push(await echo());
    while (replies.at(-1)?.status === 200 && replies.length < 1_000);
    expect(watch.stop()).toBeLessThan(5_000);
    const last = replies.at(-1);
    expect([last?.status, last?.headers['retry-after']]).toEqual([503, '1']);
    expect(await eventually(ready, (status) => status === 503)).toBe(503);
    // Nonces claimed in PostgreSQL still work.
    const initiated = await service.initiate(consumer);
    expect(initiated.token).not.toBe('');
    await mend();
    const seen = new Set<number>();
    const back = await eventually(
      async () => {
        const { status } = await echo();
        seen.add(status);
        return status;
      },
      (status) => status === 200,
    );
    expect(back).toBe(200);
    expect(await eventually(ready, (status) => status === 200)).toBe(200);
    // 401 is timestamp_refused, because claims may have been lost.
    expect([...seen].filter((status) => ![200, 401, 503].includes(status))).toEqual([]);
  });

  it('requests of a consumer are counted there', async () => {
    await echo();
    const keys = (await redis.command('KEYS', '*consumer:*')) as string[];
    expect(keys).toHaveLength(1);
    expect(Number(await redis.command('GET', keys[0] ?? ''))).toBeGreaterThan(0);
  });

  it('a maxmemory-policy that drops claims stops the start in words', async () => {
    const dropping = await startRedis(['--maxmemory-policy', 'allkeys-lru']);
    try {
      const start = startTestService(database.url, { NONCE_STORE_URL: dropping.url });
      await expect(start).rejects.toThrow(SettingsError);
      await expect(start).rejects.toThrow(/NONCE_STORE_URL .* maxmemory-policy is noeviction/);
    } finally {
      await dropping.stop();
    }
  });

  it('a wrong password: the service starts, says 503, and is well by itself once it is the right one', async () => {
    const closed = await startRedis(['--requirepass', 'right']);
    const withPassword = closed.url.replace('redis://', 'redis://:wrong@');
    const other = await startTestService(database.url, { NONCE_STORE_URL: withPassword });
    try {
      const reply = await other.signed({
        method: 'GET',
        target: '/oauth/oauth10/echo',
        ...consumer,
      });
      expect([reply.status, reply.headers['retry-after']]).toEqual([503, '1']);
      await asStaff(closed, 'CONFIG', 'SET', 'requirepass', 'wrong');
      const back = await eventually(
        () => other.signed({ method: 'GET', target: '/oauth/oauth10/echo', ...consumer }),
        ({ status }) => status === 200,
      );
      expect(back.status).toBe(200);
    } finally {
      await other.stop(0);
      await closed.stop();
    }
  });
});

/** Sends a command as the user that the server was started with. */
async function asStaff({ url }: RedisServer, ...command: string[]): Promise<void> {
  const client = createClient({ url: url.replace('redis://', 'redis://:right@'), RESP: 2 });
  await client.connect();
  await client.sendCommand(command);
  client.destroy();
}
