import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY, type TestConsumer, type TestCredentials } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const ECHO = '/oauth/oauth10/echo';
const API = 'https://api.example.com/photos';

describe('contract section 8: /metrics shows what an operator is woken up for', () => {
  let proxy: DatabaseProxy;
  const { database, service } = serviceForAllTests(async ({ url }) => {
    proxy = await proxyTo(url);
    return { DATABASE_URL: proxy.url, DATABASE_POOL_SIZE: '2', SWEEP_INTERVAL_SECONDS: '1' };
  });
  let consumer: TestConsumer;
  let access: TestCredentials;

  beforeAll(async () => {
    consumer = await service.registerConsumer();
    access = await service.accessToken(consumer);
  });
  afterAll(async () => {
    await proxy?.close();
  });

  const scrape = async () => (await send({ base: service.adminBase, target: '/metrics' })).text;
  const echo = () => service.signed({ method: 'GET', target: ECHO, ...consumer, ...access });

  /** The value of a sample, named as on /metrics; 0 if it is absent. */
  async function valueOf(sample: string): Promise<number> {
    const line = (await scrape()).split('\n').find((one) => one.startsWith(`${sample} `));
    return Number(line?.slice(sample.length + 1) ?? 0);
  }
  /** Waits until the sample has the wanted value, and fails if it never does. */
  async function until(sample: string, isWanted: (value: number) => boolean): Promise<void> {
    const value = await eventually(() => valueOf(sample), isWanted);
    expect([sample, value, isWanted(value)]).toEqual([sample, value, true]);
  }

  it('gateways served by /verify and /authz/*, each under its name', async () => {
    const sign = () => signRequest({ method: 'GET', url: API, ...consumer, ...access });
    await service.admin('POST', '/verify', {
      method: 'GET',
      url: API,
      headers: Object.fromEntries(sign().headers),
    });
    const forwarded = (target: string, headers: readonly (readonly [string, string])[]) =>
      send({
        base: service.adminBase,
        target,
        headers: [['X-Gateway-Key', ADMIN_API_KEY], ...sign().headers, ...headers],
      });
    await forwarded('/authz/nginx', [
      ['X-Original-Method', 'GET'],
      ['X-Original-URL', API],
    ]);
    await forwarded('/authz/forward-auth', [
      ['X-Forwarded-Method', 'GET'],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', 'api.example.com'],
      ['X-Forwarded-Uri', '/photos'],
    ]);
    for (const endpoint of ['verify', 'authz/nginx', 'authz/forward-auth']) {
      const labels = `endpoint="${endpoint}"`;
      await until(`oauth10_verdicts_total{${labels},problem="none"}`, (value) => value === 1);
      await until(`oauth10_request_duration_seconds_count{${labels}}`, (value) => value === 1);
    }
  });

  it('whether it is ready and is notified of changes, memory, shared statements, the event loop', async () => {
    await until('oauth10_ready', (value) => value === 1);
    await until('oauth10_cache_invalidation_up', (value) => value === 1);
    const before = await valueOf('oauth10_cache_lookups_total{cache="accessTokens",result="hit"}');
    await Promise.all([echo(), echo(), echo()]);
    const text = await scrape();
    const value = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
    const hits = value(/cache_lookups_total\{cache="access_?[tT]okens",result="hit"\} (\d+)/);
    expect(hits).toBeGreaterThan(before);
    expect(value(/batch_size_count\{statement="claim-nonces"\} (\d+)/)).toBeGreaterThan(0);
    expect(value(/batch_size_count\{statement="find-consumers"\} (\d+)/)).toBeGreaterThan(0);
    expect(value(/batch_size_count\{statement="exchange[^"]*"\} (\d+)/)).toBeGreaterThan(0);
    expect(text).toMatch(/\nnodejs_eventloop_lag_p99_seconds [\d.e-]+\n/);
    const end = value(/\noauth10_nonce_partitions_end_seconds (\d+)/);
    expect(end).toBeGreaterThan(Date.now() / 1000 + 3_000);
  });

  it('a pool that is used up: who waits for a connection', async () => {
    await database.query('BEGIN');
    await database.query('LOCK TABLE nonces, consumers IN ACCESS EXCLUSIVE MODE');
    const stuck = Promise.all(
      Array.from({ length: 8 }, () => [echo(), service.admin('GET', '/admin/consumers')]).flat(),
    );
    try {
      await until('oauth10_database_pool{state="waiting"}', (value) => value > 0);
    } finally {
      await database.query('ROLLBACK');
      await stuck;
    }
    await until('oauth10_database_pool{state="waiting"}', (value) => value === 0);
    await until('oauth10_database_pool{state="idle"}', (value) => value > 0);
  });

  it('sweeps that fail, by what they were to sweep, and when one last went well', async () => {
    await until('oauth10_last_sweep_timestamp_seconds', (value) => value > Date.now() / 1000 - 60);
    await database.query('ALTER TABLE sessions RENAME TO lost');
    await until('oauth10_sweep_failures_total{task="sessions"}', (value) => value > 0);
    const last = await valueOf('oauth10_last_sweep_timestamp_seconds');
    await database.query('ALTER TABLE lost RENAME TO sessions');
    await until('oauth10_last_sweep_timestamp_seconds', (value) => value > last);
  });

  it('a database out of reach: not ready, nothing remembered is used, each 503 counted', async () => {
    proxy.cut();
    try {
      await until('oauth10_cache_invalidation_up', (value) => value === 0);
      await until('oauth10_ready', (value) => value === 0);
      const signed = signRequest({ method: 'GET', url: API, ...consumer, ...access });
      const report = { method: 'GET', url: API, headers: Object.fromEntries(signed.headers) };
      for (const [endpoint, ask] of [
        ['echo', echo],
        ['verify', () => service.admin('POST', '/verify', report)],
      ] as const) {
        const sample = `oauth10_requests_total{endpoint="${endpoint}",status="503"}`;
        const before = await valueOf(sample);
        expect((await ask()).status).toBe(503);
        await until(sample, (value) => value === before + 1);
      }
      const text = await scrape();
      expect(text).toMatch(/cache_lookups_total\{cache="consumers",result="bypass"\} [1-9]/);
    } finally {
      proxy.mend();
    }
    await until('oauth10_ready', (value) => value === 1);
    await until('oauth10_cache_invalidation_up', (value) => value === 1);
  });
});
