import { setTimeout as sleep } from 'node:timers/promises';
import { Statements } from '../../src/database/statements.js';
import { takeBackAccess } from '../support/browser.js';
import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer, TestCredentials } from '../support/service.js';
import { Stopwatch } from '../support/stopwatch.js';

const HOLDS_EVERYWHERE_WITHIN_MS = 1_000;
const SUBJECT = 'jane';

// One replica makes the change. The other replica has the old state in its cache.
describe('contract section 6: every change to a consumer or token holds everywhere within a second', () => {
  let proxy: DatabaseProxy;
  const { database, service: first, replica } = serviceForAllTests();
  const other = replica(async ({ url }) => {
    proxy = await proxyTo(url);
    return { DATABASE_LISTEN_URL: proxy.url };
  });
  let consumer: TestConsumer;
  let access: TestCredentials;

  afterAll(async () => {
    jest.restoreAllMocks();
    await proxy.close();
  });
  beforeEach(async () => {
    consumer = await first.registerConsumer();
    access = await first.accessToken(consumer, SUBJECT);
    await untilRemembered();
  });

  const echo = (secret = consumer.consumerSecret) =>
    other.signed({
      method: 'GET',
      target: '/oauth/oauth10/echo',
      ...consumer,
      consumerSecret: secret,
      ...access,
    });
  const verdict = async () => {
    const reply = await echo();
    return reply.status === 200 ? 'served' : reply.form()['oauth_problem'];
  };
  const disable = () =>
    first.admin('PATCH', `/admin/consumers/${consumer.consumerKey}`, { status: 'disabled' });
  /** Runs SQL without triggers, as if the notification had been lost. */
  const inSilence = async (sql: string) => {
    await database.query(
      `SET session_replication_role = replica; ${sql}; SET session_replication_role = DEFAULT`,
    );
  };
  const disableInSilence = () =>
    inSilence(
      `UPDATE consumers SET status = 'disabled' WHERE consumer_key = '${consumer.consumerKey}'`,
    );

  async function untilRemembered(): Promise<void> {
    const run = jest.spyOn(Statements.prototype, 'run');
    for (let attempt = 0; attempt < 200; attempt += 1) {
      run.mockClear();
      await echo();
      const reads = run.mock.calls.filter(([{ name }]) => name.startsWith('find-'));
      if (reads.length === 0) return run.mockRestore();
      await sleep(50);
    }
    throw new Error('Nothing is remembered');
  }

  /** How long the other replica used the old state. */
  async function untilTold(problem: string): Promise<number> {
    const [changedAt, watch] = [performance.now(), new Stopwatch()];
    while ((await verdict()) !== problem) {
      if (performance.now() - changedAt > 5_000) throw new Error('The change never came');
      await sleep(5);
    }
    return watch.stop();
  }

  const staff = (method: string, target: string, body?: unknown) => async () => {
    expect((await first.admin(method, target, body)).status).toBeLessThan(300);
  };
  const revokeAll = (filter: unknown) => staff('POST', '/admin/tokens/revoke', filter);
  const change = (body: unknown) =>
    staff('PATCH', `/admin/consumers/${consumer.consumerKey}`, body)();

  const takeBack = () => takeBackAccess(first.publicBase, SUBJECT);

  async function giveBack(): Promise<void> {
    const request = { method: 'POST', target: '/oauth/oauth10/revoke', ...consumer, ...access };
    expect((await first.signed(request)).status).toBe(204);
  }

  it.each<[string, problem: string, end: () => Promise<void>]>([
    ['a token that its client gives back', 'token_revoked', giveBack],
    ['a token that its owner takes back', 'token_revoked', takeBack],
    [
      'a token that staff revoke',
      'token_revoked',
      () => staff('POST', `/admin/tokens/${access.token}/revoke`)(),
    ],
    [
      'all tokens of a consumer',
      'token_revoked',
      () => revokeAll({ consumerKey: consumer.consumerKey })(),
    ],
    ['all tokens of a subject', 'token_revoked', revokeAll({ subject: SUBJECT })],
    [
      "a subject's tokens of one consumer",
      'token_revoked',
      () => revokeAll({ consumerKey: consumer.consumerKey, subject: SUBJECT })(),
    ],
    [
      'a consumer whose time is ended',
      'consumer_key_rejected',
      () => change({ expiresAt: '2020-01-01T00:00:00Z' }),
    ],
    [
      'a consumer that may come from elsewhere only',
      'consumer_key_rejected',
      () => change({ allowedAddresses: ['192.0.2.1'] }),
    ],
    [
      'a consumer that loses its signature method',
      'signature_method_rejected',
      () => change({ signatureMethods: ['HMAC-SHA512'] }),
    ],
  ])('%s', async (_, problem, end) => {
    await end();
    expect(await untilTold(problem)).toBeLessThan(HOLDS_EVERYWHERE_WITHIN_MS);
    expect([await verdict(), await verdict()]).toEqual([problem, problem]);
  });

  it('a token whose time is over', async () => {
    const target = `/admin/consumers/${consumer.consumerKey}/tokens`;
    const minted = await first.admin('POST', target, { subject: SUBJECT, ttlSeconds: 4 });
    access = minted.json<TestCredentials>();
    const expiresAt = Date.parse(minted.json<{ expiresAt: string }>().expiresAt);
    await untilRemembered();
    expect([await verdict(), Date.now() < expiresAt]).toEqual(['served', true]);
    await untilTold('token_expired');
    expect(Date.now() - expiresAt).toBeLessThan(HOLDS_EVERYWHERE_WITHIN_MS);
  });

  it('a consumer that is disabled, and enabled again', async () => {
    await disable();
    expect(await untilTold('consumer_key_rejected')).toBeLessThan(HOLDS_EVERYWHERE_WITHIN_MS);
    await first.admin('PATCH', `/admin/consumers/${consumer.consumerKey}`, { status: 'active' });
    await sleep(HOLDS_EVERYWHERE_WITHIN_MS);
    expect(await verdict()).toBe('served');
  });

  it('a consumer that is deleted, with its tokens', async () => {
    await first.admin('DELETE', `/admin/consumers/${consumer.consumerKey}`);
    expect(await untilTold('consumer_key_unknown')).toBeLessThan(HOLDS_EVERYWHERE_WITHIN_MS);
  });

  it('is remembered indeed: a change that nobody announces does not show', async () => {
    await disableInSilence();
    expect(await verdict()).toBe('served');
  });

  it('with the listener cut off, memory is not asked', async () => {
    proxy.cut();
    await sleep(50);
    await disableInSilence();
    expect(await verdict()).toBe('consumer_key_rejected');
    proxy.mend();
  });

  it('what a listener missed while it was cut off is forgotten', async () => {
    proxy.cut();
    await sleep(50);
    await disableInSilence();
    proxy.mend();
    await sleep(1_500);
    expect(await verdict()).toBe('consumer_key_rejected');
  });

  it("with the listener's backend killed, too", async () => {
    await database.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE application_name = 'oauth10 changes' AND datname = current_database()`,
    );
    await sleep(50);
    await disableInSilence();
    expect(await verdict()).toBe('consumer_key_rejected');
  });

  it('with the way to the listener silent, memory lasts less than a second', async () => {
    proxy.blackhole();
    await disable();
    expect(await untilTold('consumer_key_rejected')).toBeLessThan(HOLDS_EVERYWHERE_WITHIN_MS);
    proxy.mend();
  });

  it('no signature is refused from memory, in less time than an unknown key would take', async () => {
    const run = jest.spyOn(Statements.prototype, 'run');
    const reply = await echo('wrong');
    const reads = run.mock.calls.map(([{ name }]) => name).filter((name) => /^find-/.test(name));
    run.mockRestore();
    expect(reply.form()['oauth_problem']).toBe('signature_invalid');
    expect(reads).toEqual(['find-consumers', 'find-access-tokens']);
  });
});
