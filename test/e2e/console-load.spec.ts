import { TestBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { linkOn, signedInStaff } from '../support/staff.js';

const VERIFICATIONS = 15;
const PER_MINUTE = 120;

/** Heavy use of the console slows down neither the service nor other visitors. */
describe('the console under load', () => {
  const { service, database } = serviceForAllTests({
    PAGES_RATE_LIMIT_PER_MINUTE: String(PER_MINUTE),
    TRUST_PROXY: '127.0.0.1',
  });

  const from = (base: string, address: string) =>
    new TestBrowser(base, [['X-Forwarded-For', address]]);

  it('verifies the chain once for all who ask while it runs, and others are served', async () => {
    const staff = await signedInStaff(service);
    await staff.open('/console/audit-events');
    await database.query('BEGIN; LOCK TABLE audit_events IN ACCESS EXCLUSIVE MODE');
    try {
      const tabs = Array.from({ length: VERIFICATIONS }, () => staff.newTab());
      for (const tab of tabs) tab.page = staff.page;
      const verified = tabs.map(async (tab) => {
        await tab.press('Verify the chain');
        return tab.text;
      });
      const waiting = async () => {
        const [row] = await database.query<{ count: number }>(
          `SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted
             AND relation = 'audit_events'::regclass`,
        );
        return row?.count ?? 0;
      };
      expect(await eventually(waiting, (count) => count > 0)).toBe(1);
      const reply = await service.admin('GET', '/admin/consumers');
      expect([reply.status, await waiting()]).toEqual([200, 1]);
      await database.query('ROLLBACK');
      for (const text of await Promise.all(verified))
        expect(text).toMatch(/Verified up to event \d+\./);
    } finally {
      await database.query('ROLLBACK');
    }
  });

  it('counts the client behind a trusted proxy, and not the proxy', async () => {
    const busy = from(service.adminBase, '192.0.2.1');
    const statuses = new Set<number>();
    for (let n = 0; n <= PER_MINUTE; n += 1)
      statuses.add((await busy.open('/console/sign-in')).status);
    expect([...statuses]).toEqual([200, 429]);
    expect((await from(service.adminBase, '192.0.2.2').open('/console/sign-in')).status).toBe(200);
    expect((await busy.open('/console/consumers')).status).toBe(429);
  });

  it('leaves staff what owners at the public listener used up, and the reverse', async () => {
    const owner = from(service.publicBase, '192.0.2.3');
    for (let n = 0; n <= PER_MINUTE; n += 1) await owner.open('/oauth/auz/grants');
    expect(owner.page.status).toBe(429);
    expect((await from(service.adminBase, '192.0.2.3').open('/console/sign-in')).status).toBe(200);
    // The reverse: the previous test used up the limit of this address on the admin listener.
    const other = from(service.publicBase, '192.0.2.1');
    expect((await other.open('/oauth/auz/grants')).status).toBe(200);
  });

  it('names the key that is stored on the page that deletes it, whatever the address says', async () => {
    const staff = await signedInStaff(service);
    await service.admin('POST', '/admin/api-keys', { name: 'Gateway east', role: 'gateway' });
    await staff.open('/console/api-keys');
    await staff.open(`${linkOn(staff, 'Delete')}?name=Gateway+west`);
    expect(staff.text).toContain('Whatever uses Gateway east');
    expect(staff.text).not.toContain('Gateway west');
    await staff.open('/console/api-keys/nothing/delete');
    expect(staff.page.status).toBe(404);
  });
});
