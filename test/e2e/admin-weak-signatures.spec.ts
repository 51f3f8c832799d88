import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

const REPORT = '/admin/reports/weak-signatures';

describe('Admin API: who still signs with SHA-1 or PLAINTEXT, and until when', () => {
  const { database, service, replica } = serviceForAllTests();
  const other = replica();

  beforeEach(() => database.query('DELETE FROM consumers'));

  const initiate = async (
    consumer: TestConsumer,
    signatureMethod: 'HMAC-SHA1' | 'HMAC-SHA256',
    replica = service,
  ) => {
    const reply = await replica.signed({
      method: 'POST',
      target: '/oauth/oauth10/initiate',
      ...consumer,
      callback: 'oob',
      signatureMethod,
    });
    return reply.status === 200 ? 'served' : reply.form()['oauth_problem'];
  };
  const sunset = (consumer: TestConsumer, until: unknown) =>
    service.admin('PUT', `/admin/consumers/${consumer.consumerKey}/weak-signatures`, { until });

  it('counts genuine weak signatures by consumer and method, and no others', async () => {
    const weak = await service.registerConsumer({ consumerKey: 'weak', name: 'Old printer' });
    const strong = await service.registerConsumer({ consumerKey: 'strong' });
    for (let use = 0; use < 3; use += 1) await initiate(weak, 'HMAC-SHA1');
    await initiate(weak, 'HMAC-SHA1', other);
    await initiate({ ...strong, consumerSecret: 'wrong' }, 'HMAC-SHA1');
    await initiate(strong, 'HMAC-SHA256');
    // Each replica counts separately and writes every two seconds.
    const reply = await eventually(
      () => service.admin('GET', REPORT),
      (report) => report.json().items[0]?.methods[0]?.uses === 4,
    );
    expect(reply.json()).toEqual({
      items: [
        {
          consumerKey: 'weak',
          name: 'Old printer',
          until: null,
          methods: [
            {
              signatureMethod: 'HMAC-SHA1',
              uses: 4,
              since: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
              lastUsedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
            },
          ],
          flags: [],
          hints: [],
        },
      ],
      nextCursor: null,
    });
    expect(new Date(reply.json().items[0].methods[0].lastUsedAt).getTime()).toBeGreaterThan(
      Date.now() - 60_000,
    );
  });

  it('adds up days, and pages by key', async () => {
    for (const consumerKey of ['a', 'b', 'c']) await service.registerConsumer({ consumerKey });
    await database.query(`
      INSERT INTO weak_signature_uses SELECT consumer_key, 'PLAINTEXT', day, 5, day
      FROM consumers, unnest('{2026-01-30,2026-02-01}'::date[]) day`);
    const first = await service.admin('GET', `${REPORT}?limit=2`);
    const [a, b] = first.json().items;
    expect([a.consumerKey, b.consumerKey]).toEqual(['a', 'b']);
    expect(a.methods).toMatchObject([{ uses: 10, since: '2026-01-30' }]);
    const rest = await service.admin('GET', `${REPORT}?cursor=${first.json().nextCursor}`);
    expect(rest.json().items).toMatchObject([{ consumerKey: 'c' }]);
    expect(rest.json().nextCursor).toBeNull();
  });

  it('refuses weak methods from the sunset on, everywhere, as methods not of the consumer', async () => {
    const consumer = await service.registerConsumer();
    await initiate(consumer, 'HMAC-SHA1', other);
    expect((await sunset(consumer, new Date(Date.now() + 4_000).toISOString())).status).toBe(200);
    expect(await initiate(consumer, 'HMAC-SHA1', other)).toBe('served');
    await sleep(5_000);
    for (const replica of [service, other]) {
      expect(await initiate(consumer, 'HMAC-SHA1', replica)).toBe('signature_method_rejected');
      expect(await initiate(consumer, 'HMAC-SHA256', replica)).toBe('served');
    }
    expect((await sunset(consumer, null)).json()).toMatchObject({ until: null });
    await sleep(1_000);
    expect(await initiate(consumer, 'HMAC-SHA1', other)).toBe('served');
    const events = await service.admin(
      'GET',
      '/admin/audit-events?action=consumer.set-weak-signatures-until',
    );
    expect(events.json().items).toHaveLength(2);
  });

  it.each([undefined, 'tomorrow', 0, '2026-02-30T00:00:00Z'])('refuses until %p', async (until) => {
    const consumer = await service.registerConsumer();
    const reply = await sunset(consumer, until);
    expect([reply.status, reply.json().code]).toEqual([400, 'validation_failed']);
    expect(reply.json().errors[0].pointer).toBe('/until');
  });

  it('knows no unknown consumer', async () => {
    const target = '/admin/consumers/nobody/weak-signatures';
    expect((await service.admin('GET', target)).status).toBe(404);
    expect((await service.admin('PUT', target, { until: null })).status).toBe(404);
  });
});
