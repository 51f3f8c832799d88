import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { startPrimary, type Primary } from '../support/primaries.js';
import { startTestService, type TestCredentials, type TestService } from '../support/service.js';

const CONSUMER = { consumerKey: 'printer', consumerSecret: 'a secret of the printer' };
/** One per test. */
const TOKENS = ['feed-moves', 'pool-moves'].map((token) => ({ token, tokenSecret: 'a secret' }));
/** Without an invalidation a cached row would be served forever. */
const FOLLOWED_WITHIN_MS = 10_000;

describe('a fail-over whose old primary goes on, and only some connections move', () => {
  let old: Primary;
  let promoted: Primary;
  let proxy: DatabaseProxy;
  let feedProxy: DatabaseProxy;
  let service: TestService;
  const unused = [...TOKENS];
  let access: TestCredentials;

  beforeAll(async () => {
    old = await startPrimary();
    promoted = await startPrimary(old);
    for (const { url } of [old, promoted]) {
      const { admin, stop } = await startTestService(url);
      const name = 'Printer';
      expect((await admin('POST', '/admin/consumers', { name, ...CONSUMER })).status).toBe(201);
      for (const access of TOKENS) {
        const target = `/admin/consumers/${CONSUMER.consumerKey}/tokens`;
        const minted = await admin('POST', target, { subject: 'jane', ...access });
        expect(minted.status).toBe(201);
      }
      await stop(0);
    }
  });
  beforeEach(async () => {
    access = unused.shift()!;
    proxy = await proxyTo(old.url);
    feedProxy = await proxyTo(old.url);
    service = await startTestService(proxy.url, { DATABASE_LISTEN_URL: feedProxy.url });
    // Opens more sessions than a request needs, so that some are idle.
    await Promise.all(Array.from({ length: 6 }, () => service.admin('GET', '/admin/consumers')));
    await eventually(isHeard, Boolean);
    expect(await verdict()).toBe('served');
  });
  afterEach(async () => {
    await service?.stop(0);
    await proxy?.close();
    await feedProxy?.close();
  });
  afterAll(async () => {
    await old?.stop();
    await promoted?.stop();
  });

  const isHeard = async () => {
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    return text.includes('\noauth10_cache_invalidation_up 1\n');
  };
  const verdict = async () => {
    const reply = await service.signed({
      method: 'GET',
      target: '/oauth/oauth10/echo',
      ...CONSUMER,
      ...access,
    });
    return reply.status === 200 ? 'served' : reply.form()['oauth_problem'];
  };
  const revokeAtPromoted = () =>
    promoted.query(`UPDATE access_tokens SET revoked_at = now() WHERE token = '${access.token}'`);

  it('the change feed moves: the pool follows, and reads nothing of the old one any more', async () => {
    proxy.leadTo(promoted.url);
    feedProxy.leadTo(promoted.url);
    await revokeAtPromoted();
    // Breaks only the connection of the feed.
    feedProxy.mend();
    expect(await eventually(verdict, (one) => one !== 'served', FOLLOWED_WITHIN_MS)).toBe(
      'token_revoked',
    );
    expect(await eventually(isHeard, Boolean)).toBe(true);
    for (let n = 0; n < 12; n += 1) expect(await verdict()).toBe('token_revoked');
  });

  it('the pool moves: the change feed follows, and nothing heard at the old one is relied on', async () => {
    proxy.leadTo(promoted.url);
    feedProxy.leadTo(promoted.url);
    // Breaks only the connections of the pool. The old server still serves the feed.
    proxy.mend();
    expect(await eventually(verdict, (one) => one === 'served', FOLLOWED_WITHIN_MS)).toBe('served');
    await eventually(isHeard, Boolean);
    expect(await verdict()).toBe('served');
    await revokeAtPromoted();
    expect(await eventually(verdict, (one) => one !== 'served', FOLLOWED_WITHIN_MS)).toBe(
      'token_revoked',
    );
  });
});
