import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { startPrimary, type Primary } from '../support/primaries.js';
import { startTestService, type TestService } from '../support/service.js';
import { Stopwatch } from '../support/stopwatch.js';

describe('a fail-over that leaves connections standing', () => {
  let first: Primary;
  let second: Primary;
  let proxy: DatabaseProxy;
  let service: TestService | undefined;

  beforeAll(async () => {
    first = await startPrimary();
    second = await startPrimary(first);
    // A service creates the audit trail in each database, as if one were the other's standby.
    for (const { url } of [first, second]) await (await startTestService(url)).stop(0);
    proxy = await proxyTo(first.url);
  });
  afterEach(async () => {
    await service?.stop(0);
    service = undefined;
    proxy.leadTo(first.url);
    await first.setReadOnly(false);
    await second.setReadOnly(false);
  });
  afterAll(async () => {
    await proxy?.close();
    await first?.stop();
    await second?.stop();
  });

  const probe = async (name: string) =>
    (await send({ base: service!.publicBase, target: `/health/${name}` })).status;
  const register = async (name: string) =>
    (await service!.admin('POST', '/admin/consumers', { name })).status;
  const names = async () =>
    (await service!.admin('GET', '/admin/consumers'))
      .json<{ items: { name: string }[] }>()
      .items.map(({ name }) => name);

  /** Uses all sessions of the pool, so that each has a connection to the same server. */
  const fillPool = () => Promise.all(Array.from({ length: 8 }, () => names()));

  it('is followed within 5 s, reads as well, without a restart', async () => {
    service = await startTestService(proxy.url);
    expect(await register('at the first')).toBe(201);
    await fillPool();
    proxy.leadTo(second.url);
    await first.setReadOnly(true);
    const watch = new Stopwatch();
    const status = await eventually(
      () => register('at the second'),
      (code) => code === 201,
    );
    expect(status).toBe(201);
    expect(watch.stop()).toBeLessThan(5_000);
    for (let n = 0; n < 12; n += 1) expect(await names()).toEqual(['at the second']);
    expect(await probe('ready')).toBe(200);
  });

  it('is followed by those who read only: nothing is written meanwhile', async () => {
    service = await startTestService(proxy.url);
    await fillPool();
    proxy.leadTo(second.url);
    await first.setReadOnly(true);
    const watch = new Stopwatch();
    await eventually(names, (found) => found.includes('at the second'));
    expect(watch.stop()).toBeLessThan(5_000);
    for (let n = 0; n < 12; n += 1) expect(await names()).toContain('at the second');
  });

  it('while none takes writes: alive, not ready, 503 with Retry-After; and back by itself', async () => {
    service = await startTestService(proxy.url);
    await fillPool();
    await first.setReadOnly(true);
    const turning = new Stopwatch();
    expect(
      await eventually(
        () => probe('ready'),
        (code) => code === 503,
      ),
    ).toBe(503);
    expect(turning.stop()).toBeLessThan(3_000);
    const reply = await service.admin('POST', '/admin/consumers', { name: 'nowhere' });
    expect([reply.status, Number(reply.headers['retry-after']) > 0]).toEqual([503, true]);
    expect(await probe('live')).toBe(200);
    await first.setReadOnly(false);
    const watch = new Stopwatch();
    expect(
      await eventually(
        () => register('again'),
        (code) => code === 201,
      ),
    ).toBe(201);
    expect(watch.stop()).toBeLessThan(5_000);
  });

  it('between the hosts of one connection string, back and forth', async () => {
    const [a, b] = [new URL(first.url), new URL(second.url)];
    await first.setReadOnly(true);
    const login = `${a.username}:${a.password}`;
    const url = `postgres://${login}@${a.host},${b.host}${a.pathname}?target_session_attrs=read-write`;
    service = await startTestService(url);
    expect(await register('host b')).toBe(201);
    expect(await second.query("SELECT 1 FROM consumers WHERE name = 'host b'")).toHaveLength(1);
    await second.setReadOnly(true);
    await first.setReadOnly(false);
    const watch = new Stopwatch();
    expect(
      await eventually(
        () => register('host a'),
        (code) => code === 201,
      ),
    ).toBe(201);
    expect(watch.stop()).toBeLessThan(5_000);
    expect(await first.query("SELECT 1 FROM consumers WHERE name = 'host a'")).toHaveLength(1);
    expect(await probe('ready')).toBe(200);
  });
});
