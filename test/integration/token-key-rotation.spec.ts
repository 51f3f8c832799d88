import { NestFactory } from '@nestjs/core';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppModule } from '../../src/programs/app.module.js';
import { readSettings } from '../../src/config/settings.js';
import { DatabaseClock } from '../../src/database/database-clock.js';
import { ExactPathAdapter } from '../../src/http/exact-path-adapter.js';
import { TokenKeyRotation } from '../../src/platform-tokens/token-key-rotation.js';
import { eventually } from '../support/eventually.js';
import {
  bearerToken,
  resourceServer,
  unverified,
  WITH_ISSUER,
  issuersForEachTest,
  signingKeys,
  type ShownKey,
} from '../support/platform-issuer.js';
import {
  ADMIN_API_KEY,
  SECRET_KEYS,
  startTestService,
  type TestService,
} from '../support/service.js';

describe('keys that sign the tokens of the platform', () => {
  const issuers = issuersForEachTest();
  const { start, running } = issuers;
  const { shown, rotate, publishedBy, kidOf } = signingKeys;
  const rotations = async () =>
    issuers.database.query<{ actor: string; target: string; detail: Record<string, unknown> }>(
      `SELECT actor, target, detail FROM audit_events WHERE action = 'signing_key.rotate' ORDER BY id`,
    );

  it('one key is made by replicas that start together, and all sign with it', async () => {
    const replicas = await Promise.all([start(), start(), start()]);
    const consumer = await replicas[0].registerConsumer({ twoLegged: true });
    const kids = await Promise.all(replicas.map((replica) => kidOf(replica, consumer)));
    expect(new Set(kids).size).toBe(1);
    expect(await rotations()).toMatchObject([
      { actor: 'service', target: `signing_key:${kids[0]}`, detail: { reason: 'first' } },
    ]);
    for (const replica of replicas) expect(await publishedBy(replica)).toEqual([kids[0]]);
  });

  it('the new one is published at once and everywhere, and signs after the lead', async () => {
    const [one, two] = [
      await start({ PLATFORM_TOKEN_KEY_LEAD_SECONDS: '3', PLATFORM_TOKEN_TTL_SECONDS: '10' }),
      await start({ PLATFORM_TOKEN_KEY_LEAD_SECONDS: '3', PLATFORM_TOKEN_TTL_SECONDS: '10' }),
    ];
    const consumer = await one.registerConsumer({ twoLegged: true });
    const before = await kidOf(one, consumer);
    const { kid: next, status, signsFrom, createdAt } = await rotate(one);
    expect([status, Date.parse(signsFrom) - Date.parse(createdAt)]).toEqual(['next', 3000]);
    expect(await publishedBy(one)).toEqual([before, next]);
    const heard = await eventually(
      () => publishedBy(two),
      (kids) => kids.length === 2,
      1000,
    );
    expect(heard).toEqual([before, next]);
    // The old key signs until the last moment before.
    for (const replica of [one, two]) expect(await kidOf(replica, consumer)).toBe(before);
    await sleep(Math.max(0, Date.parse(signsFrom) - Date.now() + 100));
    const lastOfBefore = Date.now();
    for (const replica of [one, two]) expect(await kidOf(replica, consumer)).toBe(next);
    expect((await shown(two)).map((key) => [key.kid, key.status])).toEqual([
      [before, 'retired'],
      [next, 'signing'],
    ]);
    // The last JWT of the old key is valid for ten seconds.
    await sleep(lastOfBefore + 9_500 - Date.now());
    expect(await publishedBy(two)).toContain(before);
    const alone = await eventually(
      () => publishedBy(two),
      (kids) => kids.length === 1,
    );
    expect(alone).toEqual([next]);
  });

  it('no verifier that remembers keys ever meets one that it does not know', async () => {
    // As in production, the lead exceeds the verifiers' cache time; here both are seconds.
    const replicas = [
      await start({ PLATFORM_TOKEN_KEY_LEAD_SECONDS: '3' }),
      await start({ PLATFORM_TOKEN_KEY_LEAD_SECONDS: '3' }),
    ];
    const consumer = await replicas[0]!.registerConsumer({ twoLegged: true });
    // These verifiers cache the JWKS and refuse an unknown kid until the cache expires.
    const verifiers = replicas.map((replica) => resourceServer(replica.publicBase, 2_000));
    const until = Date.now() + 14_000;
    const seen = new Set<string>();
    for (let n = 0; Date.now() < until; n += 1) {
      if (n % 25 === 5) await rotate(replicas[n % 2]!);
      const jwt = await bearerToken(replicas[n % 2]!, consumer);
      seen.add(unverified(jwt).header.kid);
      for (const verify of verifiers) await verify(jwt);
      await sleep(100);
    }
    expect(seen.size).toBeGreaterThan(2);
  });

  it('with a lead of zero the new one signs at once', async () => {
    const service = await start({ PLATFORM_TOKEN_KEY_LEAD_SECONDS: '0' });
    const consumer = await service.registerConsumer({ twoLegged: true });
    const { kid, status } = await rotate(service);
    expect([status, await kidOf(service, consumer)]).toEqual(['signing', kid]);
  });

  it('a lead that outlasts the memory of verifiers counts from when all replicas publish', async () => {
    const service = await start({ PLATFORM_TOKEN_KEY_LEAD_SECONDS: '300' });
    const { createdAt, signsFrom } = await rotate(service);
    expect(Date.parse(signsFrom) - Date.parse(createdAt)).toBe(310_000);
  });

  it('the newest wins, whatever an older one still waits for', async () => {
    const slow = await start();
    const consumer = await slow.registerConsumer({ twoLegged: true });
    const waiting = await rotate(slow);
    const quick = await start({ PLATFORM_TOKEN_KEY_LEAD_SECONDS: '0' });
    const newest = await rotate(quick);
    expect(await kidOf(slow, consumer)).toBe(newest.kid);
    expect((await shown(quick)).map(({ kid, status }) => [kid, status])).toEqual([
      [expect.any(String), 'retired'],
      [waiting.kid, 'retired'],
      [newest.kid, 'signing'],
    ]);
  });

  it('four who rotate at the same time make four keys, one behind the other', async () => {
    const replicas = [await start(), await start()];
    const made = await Promise.all(
      Array.from({ length: 4 }, (_, n) => rotate(replicas[n % 2] as TestService)),
    );
    expect(new Set(made.map(({ kid }) => kid)).size).toBe(4);
    expect((await shown(replicas[0] as TestService)).length).toBe(5);
    expect((await rotations()).length).toBe(5);
  });

  it('staff rotate on record, and page through what there is', async () => {
    const service = await start();
    const { kid } = await rotate(service);
    expect((await rotations()).at(-1)).toMatchObject({
      actor: 'ADMIN_API_KEY',
      target: `signing_key:${kid}`,
      detail: { reason: 'asked', algorithm: 'ES256', requestId: expect.any(String) as string },
    });
    const first = await service.admin('GET', '/admin/signing-keys?limit=1');
    const { items, nextCursor } = first.json<{ items: ShownKey[]; nextCursor: string }>();
    const second = await service.admin('GET', `/admin/signing-keys?limit=1&cursor=${nextCursor}`);
    expect([items.length, second.json<{ items: ShownKey[] }>().items[0]?.kid]).toEqual([1, kid]);
    expect(second.json()).toMatchObject({ nextCursor: null });
  });

  describe('by itself', () => {
    const apps: { close(): Promise<void> }[] = [];
    afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

    /** The key rotation of a replica whose clock is this many days ahead. */
    async function rotationInDays(days: number): Promise<TokenKeyRotation> {
      const settings = readSettings({
        ADMIN_API_KEY,
        SECRET_KEYS,
        DATABASE_URL: issuers.database.url,
        ...WITH_ISSUER,
      });
      const app = await NestFactory.create(
        AppModule.for(settings, issuers.database.url),
        new ExactPathAdapter(),
        { logger: false, bodyParser: false },
      );
      apps.push(app);
      await app.init();
      const clock = app.get(DatabaseClock, { strict: false });
      const nowSeconds = clock.nowSeconds.bind(clock);
      clock.nowSeconds = () => nowSeconds() + days * 86_400;
      return app.get(TokenKeyRotation, { strict: false });
    }

    it('every 90 days, and over all replicas once', async () => {
      await start();
      const replicas = [await rotationInDays(90.1), await rotationInDays(90.1)];
      await Promise.all([...replicas, ...replicas].map((rotation) => rotation.keepFresh()));
      await Promise.all(replicas.map((rotation) => rotation.keepFresh()));
      expect((await rotations()).map(({ actor, detail }) => [actor, detail['reason']])).toEqual([
        ['service', 'first'],
        ['service', 'age'],
      ]);
    });

    it('not before', async () => {
      await start();
      await (await rotationInDays(89.9)).keepFresh();
      expect((await rotations()).length).toBe(1);
    });
  });

  it('another algorithm takes over at the next start, after the lead', async () => {
    const first = await start();
    await first.stop(0);
    running.pop();
    const second = await start({ PLATFORM_TOKEN_ALGORITHM: 'EdDSA' });
    expect((await shown(second)).map(({ algorithm, status }) => [algorithm, status])).toEqual([
      ['ES256', 'signing'],
      ['EdDSA', 'next'],
    ]);
  });

  it('a longer life keeps keys published that sign for it', async () => {
    const first = await start({ PLATFORM_TOKEN_TTL_SECONDS: '10' });
    await first.stop(0);
    running.pop();
    const second = await start({
      PLATFORM_TOKEN_TTL_SECONDS: '3600',
      PLATFORM_TOKEN_KEY_LEAD_SECONDS: '0',
    });
    const { createdAt } = await rotate(second);
    const [old] = await shown(second);
    expect(Date.parse(old?.publishedUntil ?? '') - Date.parse(createdAt)).toBe(3_605_000);
  });

  it('without an issuer, nothing is made', async () => {
    const service = await startTestService(issuers.database.url);
    running.push(service);
    expect(await issuers.database.query('SELECT 1 FROM token_signing_keys')).toEqual([]);
  });
});
