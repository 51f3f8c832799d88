import { setTimeout as sleep } from 'node:timers/promises';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { send } from '../support/http.js';
import {
  ADMIN_API_KEY,
  sendSigned,
  startTestService,
  type TestCredentials,
} from '../support/service.js';
import { signRequest } from '../support/signing-client.js';
import { malformedRequest, type FuzzWorld, type Listener } from './malformed-request.js';
import { Random } from './random.js';
import { RawConnection } from './raw-connection.js';

// `npm test` and CI (60,000) always try the same requests, `npm run test:fuzz` 1,000,000 others. A failure prints
// what is needed to reproduce it: FUZZ_SEED and the octets.
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 4_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 5_849);
const CONNECTIONS = 32;
const MEGABYTE = 1_048_576;
const SECRET_KEYS = `fuzz:${Buffer.from('a key for tests: 32 octets of it').toString('base64')}`;

describe(`${REQUESTS} malformed requests over keep-alive connections (FUZZ_SEED=${SEED})`, () => {
  let database: TestDatabase;
  let service: BuiltService;
  let world: FuzzWorld;
  /** The fuzzer does not know this token, because some of its requests are valid revocations. */
  let spared: TestCredentials;
  const statuses = new Map<number | 'none', number>();
  const faults: string[] = [];
  let residentBefore = 0;
  let residentAfter = 0;
  let seconds = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    // Another service in this process runs the flow, with the same keys.
    const plain = await startTestService(database.url, { SECRET_KEYS });
    const consumer = await plain.registerConsumer();
    world = { consumer, access: await plain.accessToken(consumer) };
    spared = await plain.accessToken(consumer);
    await plain.stop(0);
    service = await startBuiltService(database.url, {
      // The heap limits of `npm start` and the image. Without them the heap grows further than needed.
      NODE_OPTIONS: '--max-semi-space-size=8 --max-old-space-size=160',
      NODE_ENV: 'test', // with the sign-in that accepts any name
      LOG_LEVEL: 'error',
      SECRET_KEYS,
    });
    await fuzz(Math.ceil(REQUESTS / 10), SEED);
    residentBefore = await settledResident();
    const startedAt = performance.now();
    await fuzz(REQUESTS, SEED + 1);
    seconds = (performance.now() - startedAt) / 1000;
  }, 3_600_000);
  afterAll(async () => {
    const megabytes = (octets: number) => `${(octets / MEGABYTE).toFixed(0)} MiB`;
    process.stdout.write(
      `${REQUESTS} requests, FUZZ_SEED=${SEED}, in ${seconds.toFixed(0)} s\n` +
        `statuses, the first tenth to warm up included: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}\n` +
        `resident memory: ${megabytes(residentBefore)} before, ${megabytes(residentAfter)} after\n`,
    );
    await service?.stop();
    await database?.drop();
  });

  async function fuzz(count: number, seed: number): Promise<void> {
    let left = count;
    const bases: [Listener, string][] = [
      ['public', service.publicBase],
      ['admin', service.adminBase],
    ];
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async (_, n) => {
        const random = new Random(seed * 1_000 + n);
        // Three of four connections go to the public listener.
        const [listener, base] = bases[n % 4 === 0 ? 1 : 0] as [Listener, string];
        const connection = new RawConnection(Number(new URL(base).port));
        while (left > 0) {
          left -= 1;
          const octets = malformedRequest(random, world, listener);
          const answer = await connection.exchange(octets);
          const status = answer?.status ?? 'none';
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (answer && answer.status >= 500 && faults.length < 10) {
            faults.push(`${answer.status} to ${JSON.stringify(octets.toString('latin1'))}`);
          }
        }
        connection.close();
      }),
    );
  }

  /** The resident memory of the service after a pause. */
  async function settledResident(): Promise<number> {
    await sleep(2_000);
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]);
  }

  it('get no 5xx', () => {
    expect(faults).toEqual([]);
    expect([...statuses.keys()].filter((status) => status !== 'none' && status >= 500)).toEqual([]);
  });

  it('were read by the service, and not all turned away by the parser', () => {
    const count = (status: number) => statuses.get(status) ?? 0;
    expect(count(401)).toBeGreaterThan(REQUESTS / 50);
    expect(count(400)).toBeGreaterThan(REQUESTS / 50);
    expect(count(404) + count(403) + count(405)).toBeGreaterThan(0);
  });

  it('leave the service as it was: it lives, it verifies, it said nothing of an error', async () => {
    const live = await send({ base: service.adminBase, target: '/health/ready' });
    expect(live.status).toBe(200);
    const url = `${service.publicBase}/oauth/oauth10/echo`;
    const signed = signRequest({ method: 'GET', url, ...world.consumer, ...spared });
    expect((await sendSigned(signed)).status).toBe(200);
    expect(service.output()).not.toMatch(/ERROR|FATAL|WARN/);
    const key: [string, string] = ['Authorization', `Bearer ${ADMIN_API_KEY}`];
    const list = await send({
      base: service.adminBase,
      target: '/admin/consumers',
      headers: [key],
    });
    expect(list.status).toBe(200);
  });

  it('leave its memory at its level, and no connection open', async () => {
    residentAfter = await settledResident();
    expect(residentAfter).toBeLessThan(residentBefore * 1.25 + 24 * MEGABYTE);
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    expect(Number(/^process_open_fds (\d+)/m.exec(text)?.[1])).toBeLessThan(80);
  });
});
