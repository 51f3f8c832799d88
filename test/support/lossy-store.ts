import { createTestDatabase } from './database.js';
import { eventually } from './eventually.js';
import { replicate, startRedis } from './redis-server.js';
import { sendSigned, startTestService, type TestCredentials, type TestService } from './service.js';
import { signRequest } from './signing-client.js';

type Signed = ReturnType<typeof signRequest>;

// With a fixed PUBLIC_URL a signed request is valid at every service, whatever its port.
const PUBLIC_URL = 'http://api.example.com';

export type LossyStore = Awaited<ReturnType<typeof startLossyStore>>;

/** A service with nonces in a Redis primary and its replica, which tests can damage. */
export async function startLossyStore() {
  const [database, primary, replica] = await Promise.all([
    createTestDatabase(),
    startRedis(),
    startRedis(),
  ]);
  await replicate(replica, primary);
  const startAt = (NONCE_STORE_URL: string) =>
    startTestService(database.url, { NONCE_STORE_URL, PUBLIC_URL });
  const start = () => startAt(`${primary.url},${replica.url}`);
  let service: TestService = await start();
  const consumer = await service.registerConsumer();
  const minted = await service.admin('POST', `/admin/consumers/${consumer.consumerKey}/tokens`, {
    subject: 'jane',
  });
  const access = minted.json<TestCredentials>();

  const sign = (secondsAhead = 0): Signed =>
    signRequest({
      method: 'GET',
      url: `${PUBLIC_URL}/oauth/oauth10/echo`,
      timestamp: String(Math.floor(Date.now() / 1000) + secondsAhead),
      ...consumer,
      ...access,
    });
  const sendTo = (where: TestService, request: Signed) =>
    sendSigned(request, { base: where.publicBase });
  const status = async (request: Signed) => (await sendTo(service, request)).status;

  return {
    database,
    primary,
    replica,
    startAt,
    sign,
    sendTo,
    status,
    service: () => service,
    stopService: () => service.stop(0),
    startService: async () => {
      service = await start();
    },

    /** Sends requests from clients with a correct clock and with a fast clock. Each is accepted once. */
    async accepted(): Promise<Signed[]> {
      const requests = [...Array.from({ length: 20 }, () => sign()), sign(5), sign(60), sign(290)];
      for (const request of requests) {
        const said = await status(request);
        if (said !== 200) throw new Error(`Not accepted: ${said}`);
      }
      return requests;
    },

    /**
     * Replays the requests until the service accepts new ones, and once more. Resolves to the statuses seen, without
     * 503.
     */
    async replay(requests: readonly Signed[]): Promise<Set<number>> {
      const seen = new Set<number>();
      const replayAll = async () => {
        for (const request of requests) seen.add(await status(request));
      };
      const last = await eventually(
        async () => {
          await replayAll();
          return status(sign());
        },
        (one) => one === 200,
      );
      if (last !== 200) throw new Error(`The service does not go on: ${last}`);
      await replayAll();
      seen.delete(503);
      return seen;
    },

    async problemOf(request: Signed | undefined): Promise<string | undefined> {
      return request && (await sendTo(service, request)).form()['oauth_problem'];
    },

    async stop(): Promise<void> {
      await service.stop(0);
      await Promise.all([primary.stop(), replica.stop(), database.drop()]);
    },
  };
}

/** Makes the server evict all claims by a wrong configuration, then restores the configuration. */
export async function evictClaims(
  { primary }: LossyStore,
  meanwhile?: () => unknown,
): Promise<void> {
  const set = (name: string, value: string) => primary.command('CONFIG', 'SET', name, value);
  await set('maxmemory-policy', 'volatile-ttl');
  await set('maxmemory', '1');
  await eventually(
    async () => String(await primary.command('INFO', 'keyspace')),
    (info) => info.includes('expires=0,'),
  );
  await meanwhile?.();
  await set('maxmemory', '0');
  await set('maxmemory-policy', 'noeviction');
}

/** No accepted request is accepted again, and new requests are. */
export async function expectForgotten(
  store: LossyStore,
  requests: Awaited<ReturnType<LossyStore['accepted']>>,
): Promise<void> {
  expect(await store.replay(requests)).toEqual(new Set([401]));
  expect(await store.problemOf(requests[0])).toBe('timestamp_refused');
}
