import { setTimeout as sleep } from 'node:timers/promises';
import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { eventually } from '../support/eventually.js';
import { send, type HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer, TestCredentials } from '../support/service.js';
import { Stopwatch } from '../support/stopwatch.js';

describe('contract section 4: store out of reach', () => {
  let proxy: DatabaseProxy;
  const { service } = serviceForAllTests(async ({ url }) => {
    proxy = await proxyTo(url);
    return { DATABASE_URL: proxy.url };
  });
  let consumer: TestConsumer;
  let access: TestCredentials;

  beforeAll(async () => {
    consumer = await service.registerConsumer();
    access = await service.accessToken(consumer);
  });
  afterEach(() => proxy.mend());
  afterAll(async () => {
    await proxy?.close();
  });

  const echo = () =>
    service.signed({ method: 'GET', target: '/oauth/oauth10/echo', ...consumer, ...access });
  const probe = async (name: string) =>
    (await send({ base: service.publicBase, target: `/health/${name}` })).status;
  const expectUnavailable = (reply: HttpReply) => {
    expect(reply.status).toBe(503);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  };

  /** Waits until the service recovers by itself. */
  async function recovery(): Promise<number> {
    const startedAt = Date.now();
    while ((await echo()).status !== 200 || (await probe('ready')) !== 200) {
      if (Date.now() - startedAt > 10_000) throw new Error('The service did not come back');
      await sleep(50);
    }
    return Date.now() - startedAt;
  }

  it('cut off: 503 with Retry-After everywhere, alive, not ready; and back without a restart', async () => {
    proxy.cut();
    expectUnavailable(await echo());
    expectUnavailable(
      await service.signed({
        method: 'POST',
        target: '/oauth/oauth10/initiate',
        callback: 'oob',
        ...consumer,
      }),
    );
    expectUnavailable(await service.admin('GET', '/admin/consumers'));
    expectUnavailable(
      await send({ base: service.publicBase, target: '/oauth/auz/authorize?oauth_token=x' }),
    );
    expect([await probe('live'), await probe('ready')]).toEqual([200, 503]);
    proxy.mend();
    expect(await recovery()).toBeLessThan(5_000);
  });

  it('fallen silent: 503 all the same, within bounds; readiness turns within 2 s', async () => {
    proxy.blackhole();
    const [watch, watchOfProbe] = [new Stopwatch(), new Stopwatch()];
    const [reply, readyStatus] = await Promise.all([
      echo(),
      // A cached result is up to half a second old.
      eventually(
        () => probe('ready'),
        (status) => status === 503,
      ).then((status) => [status, watchOfProbe.stop()] as const),
    ]);
    expectUnavailable(reply);
    expect(watch.stop()).toBeLessThan(5_000);
    expect(readyStatus[0]).toBe(503);
    expect(readyStatus[1]).toBeLessThan(2_000);
    proxy.mend();
    expect(await recovery()).toBeLessThan(5_000);
  });

  it('what is wrong in itself is told without the store', async () => {
    proxy.cut();
    const reply = await send({ base: service.publicBase, target: '/oauth/oauth10/token' });
    expect(reply.status).toBe(401);
  });
});
