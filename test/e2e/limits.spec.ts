import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { send } from '../support/http.js';
import {
  sendSigned,
  startTestService,
  type TestConsumer,
  type TestService,
} from '../support/service.js';
import { signRequest } from '../support/signing-client.js';
import { Stopwatch } from '../support/stopwatch.js';

const INITIATE = '/oauth/oauth10/initiate';

describe('contract section 4: limits on rates', () => {
  let database: TestDatabase;
  const running: TestService[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.stop(0)));
  });
  afterAll(() => database?.drop());

  async function start(env: Record<string, string> = {}): Promise<TestService> {
    const service = await startTestService(database.url, env);
    running.push(service);
    return service;
  }
  const ask = (service: TestService, consumer: TestConsumer) =>
    service.signed({ method: 'POST', target: INITIATE, ...consumer, callback: 'oob' });
  async function statuses(count: number, one: () => Promise<{ status: number }>) {
    const seen: number[] = [];
    for (let n = 0; n < count; n += 1) seen.push((await one()).status);
    return seen;
  }

  it('are off unless set', async () => {
    const service = await start();
    const consumer = await service.registerConsumer();
    expect(new Set(await statuses(80, () => ask(service, consumer)))).toEqual(new Set([200]));
  });

  it('of a consumer: 429 with Retry-After, the nonce unspent, other consumers served', async () => {
    const service = await start({ RATE_LIMIT_PER_CONSUMER: '3' });
    const [greedy, modest] = [await service.registerConsumer(), await service.registerConsumer()];
    const target = `${service.publicBase}${INITIATE}`;
    const request = signRequest({ method: 'POST', url: target, ...greedy, callback: 'oob' });
    expect(await statuses(3, () => ask(service, greedy))).toEqual([200, 200, 200]);

    const refused = await sendSigned(request);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(refused.headers['cache-control']).toBe('no-store');
    expect((await ask(service, modest)).status).toBe(200);

    const other = await start({ PUBLIC_URL: service.publicBase });
    const later = await sendSigned({ ...request, url: other.publicBase + INITIATE });
    expect(later.status).toBe(200);
  });

  it('of a consumer are not used up by those who forge its requests', async () => {
    const service = await start({ RATE_LIMIT_PER_CONSUMER: '2' });
    const consumer = await service.registerConsumer();
    const forged = { ...consumer, consumerSecret: 'guess' };
    expect(await statuses(5, () => ask(service, forged))).toEqual([401, 401, 401, 401, 401]);
    expect((await ask(service, consumer)).status).toBe(200);
  });

  it('of an address count what is forged too; what was forwarded counts from a proxy only', async () => {
    const service = await start({ RATE_LIMIT_PER_ADDRESS: '2', TRUST_PROXY: '127.0.0.1' });
    const from = (address: string) =>
      send({
        base: service.publicBase,
        target: '/oauth/oauth10/token',
        headers: [['X-Forwarded-For', address]],
      });
    expect(await statuses(3, () => from('192.0.2.1'))).toEqual([401, 401, 429]);
    expect(await statuses(1, () => from('192.0.2.2'))).toEqual([401]);
    // The port does not count. Each value that is not an address has a count of its own.
    expect(await statuses(3, () => from('192.0.2.3:1'))).toEqual([401, 401, 429]);
    expect(await statuses(1, () => from('192.0.2.3:2'))).toEqual([429]);
    expect(await statuses(3, () => from('_one'))).toEqual([401, 401, 429]);
    expect(await statuses(1, () => from('_two'))).toEqual([401]);
    const direct = await start({ RATE_LIMIT_PER_ADDRESS: '2' });
    let n = 0;
    const pretend = () =>
      send({
        base: direct.publicBase,
        target: '/oauth/oauth10/token',
        headers: [['X-Forwarded-For', `192.0.2.${(n += 1)}`]],
      });
    expect(await statuses(3, pretend)).toEqual([401, 401, 429]);
  });

  it('in PostgreSQL count over all replicas, and each for itself when the table is lost', async () => {
    const env = { RATE_LIMIT_PER_CONSUMER: '3', RATE_LIMIT_STORE: 'postgresql' };
    const [one, two] = [await start(env), await start(env)];
    const consumer = await one.registerConsumer();
    expect(await statuses(2, () => ask(one, consumer))).toEqual([200, 200]);
    expect(await statuses(2, () => ask(two, consumer))).toEqual([200, 429]);
    expect(await statuses(1, () => ask(one, consumer))).toEqual([429]);

    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('ALTER TABLE rate_limits RENAME TO lost');
    try {
      const second = await one.registerConsumer();
      expect(await statuses(4, () => ask(one, second))).toEqual([200, 200, 200, 429]);
    } finally {
      await client.query('ALTER TABLE lost RENAME TO rate_limits');
      await client.end();
    }
  });

  it('a flood of temporary credentials of one consumer does not slow the others', async () => {
    const service = await start({ RATE_LIMIT_PER_CONSUMER: '20' });
    const [greedy, modest] = [await service.registerConsumer(), await service.registerConsumer()];
    const slowest = async () => {
      let milliseconds = 0;
      const seen = await statuses(20, async () => {
        const watch = new Stopwatch();
        const reply = await ask(service, modest);
        milliseconds = Math.max(milliseconds, watch.stop());
        return reply;
      });
      expect(new Set(seen)).toEqual(new Set([200]));
      return milliseconds;
    };
    const answers: number[] = [];
    let flooding = true;
    const flood = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (flooding) answers.push((await ask(service, greedy)).status);
      }),
    );
    let slowestMs: number;
    try {
      while (answers.length < 40) await sleep(10);
      slowestMs = await slowest();
    } finally {
      flooding = false;
      await flood;
    }
    // The flood, its signing and the service share this process. Without the flood a request takes a few
    // milliseconds.
    expect(slowestMs).toBeLessThan(1_000);
    expect(answers.filter((status) => status === 200)).toHaveLength(20);
    expect(answers.filter((status) => status !== 200 && status !== 429)).toEqual([]);
    const [row] = await database.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM temporary_credentials WHERE consumer_key = $1`,
      [greedy.consumerKey],
    );
    expect(row?.n).toBe(20);
  });
});
