import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { parseNonceStoreUrl } from '../../src/config/nonce-store-url.js';
import { Settings } from '../../src/config/settings.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { DatabaseClock } from '../../src/database/database-clock.js';
import { Statements } from '../../src/database/statements.js';
import { Metrics } from '../../src/metrics/metrics.js';
import { nonceClaim, type NonceClaim } from '../../src/nonces/nonce-claim.js';
import { NoncePlace } from '../../src/nonces/nonce-place.js';
import type { Nonces } from '../../src/nonces/nonces.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { describeWith, REDIS } from '../support/debian-tools.js';
import { eventually } from '../support/eventually.js';
import { startRedis, startRedisCluster } from '../support/redis-server.js';

/** A nonce store as the replicas are configured for it. */
interface Place {
  readonly settings: Pick<Settings, 'nonceStore' | 'timestampWindowSeconds'>;
  readonly stop: () => Promise<unknown>;
}

const timestampWindowSeconds = 300;

const places: Record<string, () => Promise<Place>> = {
  PostgreSQL: () =>
    Promise.resolve({ settings: { timestampWindowSeconds }, stop: () => Promise.resolve() }),
  'one Redis': async () => {
    const redis = await startRedis();
    const nonceStore = { ...parseNonceStoreUrl(redis.url), isCluster: false };
    return { settings: { timestampWindowSeconds, nonceStore }, stop: redis.stop };
  },
  'a cluster': async () => {
    const servers = await startRedisCluster();
    const urls = servers.slice(0, 2).map(({ url }) => url);
    const nonceStore = { ...parseNonceStoreUrl(urls.join()), isCluster: true };
    const stop = () => Promise.all(servers.map((server) => server.stop()));
    return { settings: { timestampWindowSeconds, nonceStore }, stop };
  },
};

describeWith([REDIS], 'RFC 5849 §3.3: a nonce is new once, wherever it is claimed:', () => {
  describe.each(Object.entries(places))('in %s', (_name, start) => {
    let database: TestDatabase;
    let place: Place;
    let clock: DatabaseClock;
    const opened: { readonly dataSource: DataSource; readonly noncePlace: NoncePlace }[] = [];

    /** The part of a service process that claims nonces. */
    async function replica(): Promise<Nonces> {
      const dataSource = await new DataSource(
        dataSourceOptions({ databasePoolSize: 2 }, database.url),
      ).initialize();
      const statements = new Statements(dataSource);
      clock = new DatabaseClock(statements);
      await clock.sync();
      const settings = place.settings as Settings;
      const noncePlace = await NoncePlace.from(settings, statements, clock, new Metrics());
      opened.push({ dataSource, noncePlace });
      await noncePlace.onModuleInit();
      return noncePlace.nonces;
    }

    let nonces: Nonces;
    let other: Nonces;
    let now: number;
    const claim = (nonce: string, changes: Partial<Parameters<typeof nonceClaim>[0]> = {}) =>
      nonceClaim({ consumerKey: 'k', token: 't', timestamp: now, nonce, ...changes });

    beforeAll(async () => {
      Logger.overrideLogger(false);
      [database, place] = await Promise.all([createTestDatabase(), start()]);
      nonces = await replica();
      other = await replica();
      now = Math.floor(clock.nowSeconds());
    });
    afterAll(async () => {
      for (const { dataSource, noncePlace } of opened) {
        noncePlace.onModuleDestroy();
        await dataSource.destroy();
      }
      await place.stop();
      await database.drop();
    });

    /** Resolves once both replicas can claim. */
    const claimable = () =>
      eventually(
        async () => {
          const probes = [nonces, other].map((one) => one.claim(claim(randomUUID())));
          return (await Promise.allSettled(probes)).every(({ status }) => status === 'fulfilled');
        },
        (can) => can,
      );
    beforeEach(claimable);

    it('then used, for every replica', async () => {
      expect(await nonces.claim(claim('a'))).toBe('new');
      expect(await nonces.claim(claim('a'))).toBe('used');
      expect(await other.claim(claim('a'))).toBe('used');
    });

    it('and another one for another consumer, token or timestamp', async () => {
      const others: NonceClaim[] = [
        claim('b'),
        claim('b', { consumerKey: 'l' }),
        claim('b', { token: 'u' }),
        claim('b', { token: undefined }),
        claim('b', { timestamp: now - 1 }),
        claim('B'),
      ];
      for (const one of others) expect(await nonces.claim(one)).toBe('new');
      for (const one of others) expect(await other.claim(one)).toBe('used');
    });

    it.each([
      ['as old as the window', -timestampWindowSeconds],
      ['as far ahead', timestampWindowSeconds - 5],
    ])('%s', async (_when, offset) => {
      const one = claim(`at ${offset}`, { timestamp: now + offset });
      expect([await nonces.claim(one), await other.claim(one)]).toEqual(['new', 'used']);
    });

    it('raced for by two replicas, each has one winner', async () => {
      /** A lease may expire on a slow machine, and then a claim fails. The race is repeated with another nonce. */
      const race = async (name: string): Promise<void> => {
        for (let tries = 0; tries < 100; tries += 1) {
          const racers = Array.from({ length: 8 }, (_, m) =>
            (m % 2 ? nonces : other).claim(claim(`${name} ${tries}`)),
          );
          const settled = await Promise.allSettled(racers);
          const lost = settled.filter(({ status }) => status === 'rejected').length;
          const won = settled.filter((one) => one.status === 'fulfilled' && one.value === 'new');
          expect(won.length).toBeLessThanOrEqual(1);
          if (lost === 0) return expect(won).toHaveLength(1);
          await claimable();
        }
        throw new Error('No race was run to its end');
      };
      for (let turn = 0; turn < 300; turn += 30) {
        await Promise.all(Array.from({ length: 30 }, (_, n) => race(`race ${turn + n}`)));
      }
    });

    it('none at all: nothing is remembered (PLAINTEXT)', async () => {
      const none = nonceClaim({ consumerKey: 'k' });
      expect([await nonces.claim(none), await nonces.claim(none)]).toEqual(['new', 'new']);
    });

    it('with a statement that does the work: done once', async () => {
      let done = 0;
      const act = async (left: NonceClaim) => {
        const isNew = left.timestamp === null || (await nonces.claim(left)) === 'new';
        if (isNew) done += 1;
        return isNew;
      };
      expect(await nonces.claimWith(claim('work'), act)).toBe('new');
      expect(await other.claimWith(claim('work'), act)).toBe('used');
      expect(done).toBe(1);
    });
  });
});
