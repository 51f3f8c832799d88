import { send } from '../support/http.js';
import { realRoutes } from '../support/real-routes.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

const ROLES = ['admin', 'auditor', 'consent', 'gateway'] as const;
type Role = (typeof ROLES)[number];

/** Contract section 6: every operation of the admin listener, and the roles it allows besides `admin`. */
const TABLE: readonly (readonly [operation: string, ...roles: Role[]])[] = [
  ['POST /admin/consumers'],
  ['GET /admin/consumers', 'auditor'],
  ['GET /admin/consumers/:consumerKey', 'auditor'],
  ['PATCH /admin/consumers/:consumerKey'],
  ['DELETE /admin/consumers/:consumerKey'],
  ['POST /admin/consumers/:consumerKey/secret'],
  ['GET /admin/consumers/:consumerKey/secret', 'auditor'],
  ['POST /admin/consumers/:consumerKey/tokens'],
  ['GET /admin/consumers/:consumerKey/weak-signatures', 'auditor'],
  ['PUT /admin/consumers/:consumerKey/weak-signatures'],
  ['GET /admin/reports/weak-signatures', 'auditor'],
  ['GET /admin/scopes', 'auditor'],
  ['GET /admin/scopes/:scope', 'auditor'],
  ['PUT /admin/scopes/:scope'],
  ['DELETE /admin/scopes/:scope'],
  ['GET /admin/tokens', 'auditor'],
  ['GET /admin/tokens/:token', 'auditor'],
  ['POST /admin/tokens/revoke'],
  ['POST /admin/tokens/:token/revoke'],
  ['GET /admin/authorization-requests/:oauthToken', 'auditor', 'consent'],
  ['POST /admin/authorization-requests/:oauthToken/accept', 'consent'],
  ['POST /admin/authorization-requests/:oauthToken/reject', 'consent'],
  ['POST /admin/api-keys'],
  ['GET /admin/api-keys', 'auditor'],
  ['DELETE /admin/api-keys/:id'],
  ['GET /admin/signing-keys', 'auditor'],
  ['POST /admin/signing-keys/rotate'],
  ['GET /admin/audit-events', 'auditor'],
  ['GET /admin/events', 'auditor'],
  ['POST /admin/events/:id/replay'],
  ['POST /admin/import'],
  ['GET /admin/export'],
  // 404 or 405 for every caller with a key.
  ['ALL /admin/{*rest}', 'auditor', 'consent', 'gateway'],
  ['POST /admin/signature-checks', 'auditor'],
  ['ALL /admin/signature-checks', 'auditor'],
  ['POST /introspect', 'auditor', 'gateway'],
  ['ALL /introspect', 'auditor', 'gateway'],
  ['POST /verify', 'gateway'],
  ['ALL /verify', 'gateway'],
  ['ALL /authz/nginx', 'gateway'],
  ['ALL /authz/forward-auth', 'gateway'],
  ['ALL /authz/ext-authz', 'gateway'],
];

/**
 * Routes without a key: the public listener, probes, metrics, documents, and the console (see console-roles.spec.ts).
 */
const OPEN = /^\/(?:$|(?:oauth|health|metrics|docs|console|\.well-known)(?:[/{]|$))/;
/** The listener serves paths below this one, but not the path itself. */
const UNREACHABLE = 'ALL /admin';

/** Headers that describe an unsigned request to a gateway endpoint. */
const ASKED: readonly (readonly [string, string])[] = [
  ['X-Original-Method', 'GET'],
  ['X-Original-URI', '/photos'],
  ['X-Forwarded-Method', 'GET'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Host', 'api.example.com'],
  ['X-Forwarded-Uri', '/photos'],
];

describe('contract section 6: which role may use which operation', () => {
  const { database, service } = serviceForAllTests();
  const keys = new Map<Role, string>();

  beforeAll(async () => {
    for (const role of ROLES) {
      const reply = await service.admin('POST', '/admin/api-keys', { name: role, role });
      keys.set(role, reply.json<{ key: string }>().key);
    }
  });

  const call = (operation: string, key: string | undefined) => {
    const [method = '', path = ''] = operation.split(' ');
    const isAuthz = path.startsWith('/authz/');
    return send({
      base: service.adminBase,
      method: method === 'ALL' ? 'PUT' : method,
      target: path.replace(/\{?[:*]\w+\}?/g, 'nothing'),
      headers:
        key === undefined
          ? []
          : isAuthz
            ? [['X-Gateway-Key', key], ...ASKED]
            : [['Authorization', `Bearer ${key}`]],
    });
  };
  const statusOf = async (operation: string, key?: string) => (await call(operation, key)).status;

  it('has a row for every route that there is, and no row without one', async () => {
    const routes = (await realRoutes(database.url))
      .filter(({ path }) => !OPEN.test(path))
      .map(({ path, method }) => `${method} ${path}`);
    const rows = TABLE.map(([operation]) => operation);
    expect([...new Set(routes)].sort()).toEqual(rows.sort());
  });

  const rows = TABLE.map(([operation, ...roles]) => ({
    operation,
    roles,
    who: ['admin', ...roles].join(', '),
  }));
  it.each(rows)('$operation: $who, and nobody else', async ({ operation, roles }) => {
    const isAuthz = operation.includes(' /authz/');
    for (const role of ROLES) {
      const status = await statusOf(operation, keys.get(role));
      const isAllowed = role === 'admin' || roles.includes(role);
      if (!isAllowed) expect([role, status]).toEqual([role, 403]);
      // 401 means that the client's request is unsigned. A gateway without a key gets 403.
      else if (isAuthz) expect([role, status]).toEqual([role, 401]);
      else expect([role, [401, 403].includes(status), status < 500]).toEqual([role, false, true]);
    }
    const refused = isAuthz ? 403 : 401;
    expect(await statusOf(operation)).toBe(refused);
    expect(await statusOf(operation, 'oak_nobody')).toBe(refused);
  });

  it(`${UNREACHABLE}: 404 for everybody`, async () => {
    for (const key of [undefined, ...keys.values()]) {
      expect(await statusOf(UNREACHABLE, key)).toBe(404);
    }
  });

  it('role gateway changes nothing and reads nothing with its key in X-Gateway-Key either', async () => {
    for (const [operation] of TABLE.filter(([one]) => one.includes(' /admin/'))) {
      const [method = '', path = ''] = operation.split(' ');
      const headers = [['X-Gateway-Key', keys.get('gateway') ?? ''] as const];
      const target = path.replace(/\{?[:*]\w+\}?/g, 'nothing');
      const request = { base: service.adminBase, target, headers };
      expect((await send({ ...request, method: method === 'ALL' ? 'PUT' : method })).status).toBe(
        401,
      );
    }
  });
});
