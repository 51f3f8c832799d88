import { faultPlaces } from '../support/admin-problem.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

/** Every list, each with filters that match at least two rows. */
const LISTS: readonly (readonly [path: string, ...filters: string[]])[] = [
  ['/admin/consumers', '', 'q=one', 'q=on', 'status=active', 'q=one&status=active'],
  ['/admin/tokens', '', 'consumerKey=one', 'subject=jane', 'status=active'],
  ['/admin/audit-events', '', 'actor=ADMIN_API_KEY', 'from=2020-01-01T00:00:00Z'],
  ['/admin/api-keys', ''],
  ['/admin/scopes', ''],
  ['/admin/reports/weak-signatures', ''],
];
const PAGES = LISTS.flatMap(([path, ...filters]) => filters.map((filter) => ({ path, filter })));

describe('contract section 6: a cursor is taken by the list that gave it', () => {
  const { database, service } = serviceForAllTests();
  const cursors = new Map<string, string>();

  beforeAll(async () => {
    for (const consumerKey of ['one', 'one more']) {
      await service.registerConsumer({ consumerKey });
      await database.query(
        `INSERT INTO weak_signature_uses (consumer_key, signature_method, used_on, uses, last_used_at)
         VALUES ($1, 'HMAC-SHA1', current_date, 1, now())`,
        [consumerKey],
      );
      await service.admin('POST', '/admin/consumers/one/tokens', { subject: 'jane' });
      await service.admin('POST', '/admin/api-keys', { name: consumerKey, role: 'auditor' });
      const scope = `/admin/scopes/${encodeURIComponent(consumerKey).replace('%20', '-')}`;
      await service.admin('PUT', scope, { title: 'Title', description: 'Description' });
    }
    for (const { path, filter } of PAGES) {
      const reply = await service.admin('GET', `${path}?${filter}&limit=1`);
      cursors.set(`${path}?${filter}`, reply.json<{ nextCursor: string }>().nextCursor);
    }
  });

  it.each(PAGES)('$path?$filter goes on by its own, whatever the limit', async (page) => {
    const target = `${page.path}?${page.filter}`;
    for (const limit of ['', '&limit=1', '&limit=200']) {
      const query = `${limit}&cursor=${cursors.get(target)}`;
      const reply = await service.admin('GET', `${target}${query}`);
      expect([reply.status, reply.json().items?.length]).toEqual([200, expect.any(Number)]);
      expect(reply.json().items.length).toBeGreaterThan(0);
    }
  });

  it.each(PAGES)('$path?$filter takes none of another list or filter', async (page) => {
    const target = `${page.path}?${page.filter}`;
    for (const [givenBy, cursor] of cursors) {
      if (givenBy === target) continue;
      const reply = await service.admin('GET', `${target}&cursor=${cursor}`);
      expect([givenBy, faultPlaces(reply)]).toEqual([givenBy, ['?cursor']]);
    }
  });

  it('takes the filters in any order', async () => {
    const cursor = cursors.get('/admin/consumers?q=one&status=active');
    const target = `/admin/consumers?cursor=${cursor}&status=active&q=one`;
    expect((await service.admin('GET', target)).status).toBe(200);
  });
});
