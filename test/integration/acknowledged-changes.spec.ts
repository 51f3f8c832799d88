import { setTimeout as sleep } from 'node:timers/promises';
import { takeBackAccess } from '../support/browser.js';
import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import {
  ADMIN_API_KEY,
  startTestService,
  type TestConsumer,
  type TestCredentials,
  type TestService,
} from '../support/service.js';

const SUBJECT = 'jane';
/** Delay of the notifications. The next request is sent sooner. */
const NEWS_LATE_MS = 150;

// Other replicas may be late by a second. The replica that acknowledged a change may not be late at all.
describe('a change that a replica has acknowledged holds there at once, however late the news', () => {
  let proxy: DatabaseProxy;
  const { database, service } = serviceForAllTests(async ({ url }) => {
    proxy = await proxyTo(url);
    return { DATABASE_LISTEN_URL: proxy.url };
  });
  let consumer: TestConsumer;
  let access: TestCredentials;

  beforeAll(async () => {
    proxy.delay(NEWS_LATE_MS);
    await sleep(1_000);
  });
  afterAll(async () => {
    await proxy?.close();
  });
  beforeEach(async () => {
    consumer = await service.registerConsumer();
    access = await service.accessToken(consumer, SUBJECT);
    while (!(await isHeard())) await sleep(20);
    expect([await verdict(), await verdict()]).toEqual(['served', 'served']);
  });

  const signed = (method: string, operation: string, token = access) =>
    service.signed({ method, target: `/oauth/oauth10/${operation}`, ...consumer, ...token });
  const verdict = async (token = access) => {
    const reply = await signed('GET', 'echo', token);
    return reply.status === 200 ? 'served' : reply.form()['oauth_problem'];
  };
  const staff = async (method: string, target: string, body?: unknown) => {
    expect((await service.admin(method, target, body)).status).toBeLessThan(300);
  };
  /** Whether the cache is in use. */
  const isHeard = async () => {
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    return text.includes('\noauth10_cache_invalidation_up 1\n');
  };
  const itself = () => `/admin/consumers/${consumer.consumerKey}`;

  async function giveBack(): Promise<void> {
    expect((await signed('POST', 'revoke')).status).toBe(204);
  }

  const takeBack = () => takeBackAccess(service.publicBase, SUBJECT);

  it.each<[string, problem: string, end: () => Promise<void>]>([
    ['its client gives a token back', 'token_revoked', giveBack],
    ['its owner takes a token back', 'token_revoked', takeBack],
    [
      'staff revoke a token',
      'token_revoked',
      () => staff('POST', `/admin/tokens/${access.token}/revoke`),
    ],
    [
      'staff revoke the tokens of a subject',
      'token_revoked',
      () => staff('POST', '/admin/tokens/revoke', { subject: SUBJECT }),
    ],
    [
      'staff disable a consumer',
      'consumer_key_rejected',
      () => staff('PATCH', itself(), { status: 'disabled' }),
    ],
    ['staff delete a consumer', 'consumer_key_unknown', () => staff('DELETE', itself())],
    [
      'staff rotate a secret without overlap',
      'signature_invalid',
      () => staff('POST', `${itself()}/secret`, { overlapSeconds: 0 }),
    ],
  ])('%s', async (_, problem, end) => {
    await end();
    expect(await verdict()).toBe(problem);
  });

  it('an answer that is repeated of a change that another replica made', async () => {
    const elsewhere = await startTestService(database.url);
    const rotate = (at: TestService) =>
      send({
        base: at.adminBase,
        method: 'POST',
        target: `${itself()}/secret`,
        headers: [
          ['Authorization', `Bearer ${ADMIN_API_KEY}`],
          ['Content-Type', 'application/json'],
          ['Idempotency-Key', consumer.consumerKey],
        ],
        body: JSON.stringify({ overlapSeconds: 0 }),
      });
    try {
      const [first, again] = [await rotate(elsewhere), await rotate(service)];
      expect([again.status, again.text]).toEqual([first.status, first.text]);
      expect(await verdict()).toBe('signature_invalid');
    } finally {
      await elsewhere.stop(0);
    }
  });

  it('while the way to hear of changes is silent, and the answer is not held back for long', async () => {
    proxy.blackhole();
    const startedAt = performance.now();
    await giveBack();
    const tookMs = performance.now() - startedAt;
    const problem = await verdict();
    proxy.mend();
    expect(tookMs).toBeLessThan(1_000);
    expect(problem).toBe('token_revoked');
  });

  it('while the way to hear of changes comes up again, too', async () => {
    const tokens: TestCredentials[] = [];
    // In batches of ten, because each token takes an audited decision of staff, and those are serialized.
    while (tokens.length < 100) {
      const ten = Array.from({ length: 10 }, () => service.accessToken(consumer, SUBJECT));
      tokens.push(...(await Promise.all(ten)));
    }
    proxy.cut();
    proxy.mend();
    // Each request repeats at another time after its revocation, and the starts are spread over the whole reconnect.
    const verdicts = tokens.map(async (token, n) => {
      await sleep(n * 25);
      await verdict(token);
      expect((await signed('POST', 'revoke', token)).status).toBe(204);
      await sleep((n * 37) % NEWS_LATE_MS);
      return verdict(token);
    });
    let hasBeenLost = false;
    const watch = setInterval(() => void isHeard().then((is) => (hasBeenLost ||= !is)), 50);
    expect(new Set(await Promise.all(verdicts))).toEqual(new Set(['token_revoked']));
    clearInterval(watch);
    expect(hasBeenLost).toBe(true);
  });
});
