import type { TestBrowser } from '../support/browser.js';
import { send } from '../support/http.js';
import { realRoutes } from '../support/real-routes.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { keyOf, signedInStaff } from '../support/staff.js';

const ROLES = ['admin', 'auditor', 'consent', 'gateway'] as const;
type Role = (typeof ROLES)[number];

/** Contract sections 6 and 14: every page of the console, and the roles it allows besides `admin`. */
const TABLE: readonly (readonly [page: string, ...roles: Role[]])[] = [
  ['GET /console{/}', 'auditor'],
  ['GET /console/consumers', 'auditor'],
  ['GET /console/consumer-registration'],
  ['POST /console/consumer-registration'],
  ['GET /console/consumers/:consumerKey', 'auditor'],
  ['GET /console/consumers/:consumerKey/edit'],
  ['POST /console/consumers/:consumerKey/edit'],
  ['POST /console/consumers/:consumerKey/secret'],
  ['POST /console/consumers/:consumerKey/status'],
  ['POST /console/consumers/:consumerKey/delete'],
  ['GET /console/consumers/:consumerKey/refusals', 'auditor'],
  ['GET /console/tokens', 'auditor'],
  ['GET /console/tokens/:token', 'auditor'],
  ['POST /console/tokens/:token/revoke'],
  ['POST /console/token-revocation'],
  ['GET /console/token-minting'],
  ['POST /console/token-minting'],
  ['GET /console/audit-events', 'auditor'],
  ['POST /console/audit-events/chain', 'auditor'],
  ['GET /console/audit-events/download', 'auditor'],
  ['GET /console/events', 'auditor'],
  ['GET /console/events/:id', 'auditor'],
  ['POST /console/events/:id/replay'],
  ['GET /console/api-keys', 'auditor'],
  ['POST /console/api-keys'],
  ['GET /console/api-keys/:id/delete'],
  ['POST /console/api-keys/:id/delete'],
  ['GET /console/scopes', 'auditor'],
  ['POST /console/scopes'],
  ['GET /console/scopes/:scope', 'auditor'],
  ['POST /console/scopes/:scope/delete'],
  ['GET /console/signing-keys', 'auditor'],
  ['POST /console/signing-keys/rotate'],
  ['GET /console/hints', 'auditor'],
  ['GET /console/export'],
  ['POST /console/export'],
  ['GET /console/import'],
  ['POST /console/import'],
  ['POST /console/import/file'],
  ['GET /console/signature-check', 'auditor'],
  ['POST /console/signature-check', 'auditor'],
];

/** For every signed-in caller: sign-out, and unknown paths. */
const FOR_ALL = ['POST /console/sign-out', 'ALL /console/{*rest}'];
/** Pages without sign-in. */
const OPEN = [
  'GET /console',
  'GET /console/sign-in',
  'POST /console/sign-in',
  'GET /console/signed-in',
];

describe('the console: which role may see which page', () => {
  const { database, service } = serviceForAllTests();
  const browsers = new Map<Role, TestBrowser>();

  beforeAll(async () => {
    for (const role of ROLES) {
      const { key } = await keyOf(service, role);
      browsers.set(role, await signedInStaff(service, { key }));
    }
  });

  it('has a row for every page that there is, and no row without one', async () => {
    const pages = (await realRoutes(database.url))
      .filter(({ path }) => path.startsWith('/console'))
      .map(({ path, method }) => `${method} ${path}`);
    const rows = [...TABLE.map(([page]) => page), ...FOR_ALL, ...OPEN];
    expect(pages.sort()).toEqual(rows.sort());
  });

  const rows = TABLE.map(([page, ...roles]) => ({ page, roles, who: ['admin', ...roles].join() }));
  it.each(rows)('$page: $who, and nobody else', async ({ page, roles }) => {
    const [method = '', path = ''] = page.split(' ');
    const target = path.replace('{/}', '/').replace(/:\w+/g, 'nothing');
    for (const role of ROLES) {
      const reply = await send({
        base: service.adminBase,
        method,
        target,
        headers: [
          [
            'Cookie',
            [...(browsers.get(role)?.cookies ?? [])].map((pair) => pair.join('=')).join('; '),
          ],
        ],
      });
      const isAllowed = role === 'admin' || roles.includes(role);
      // An allowed role is also refused a form without its token, but with another message.
      if (method === 'POST' && isAllowed) expect(reply.text).toContain('This form is out of date');
      const isRoleRefused = reply.status === 403 && reply.text.includes('Your role does not allow');
      expect([role, isRoleRefused]).toEqual([role, !isAllowed]);
      expect(reply.status).toBeLessThan(500);
    }
    const nobody = await send({ base: service.adminBase, method, target });
    expect(nobody.status).toBe(method === 'GET' ? 302 : 403);
  });

  it('who has a key for something else is told so, and can sign out', async () => {
    for (const role of ['consent', 'gateway'] as const) {
      const browser = browsers.get(role);
      expect((await browser?.open('/console/'))?.status).toBe(403);
      expect(browser?.title).toBe('Your role does not allow this');
      expect(browser?.formWith('Sign out')).toBeDefined();
    }
  });
});
