import { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectProblem } from '../support/admin-problem.js';
import { eventually } from '../support/eventually.js';
import { send, type HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY, startTestService } from '../support/service.js';

interface NewKey {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly expiresAt: string | null;
  readonly key: string;
}

describe('contract section 6: /admin/api-keys', () => {
  const { database, service } = serviceForAllTests();

  const create = async (role: string, more: object = {}): Promise<NewKey> => {
    const reply = await service.admin('POST', '/admin/api-keys', { name: role, role, ...more });
    expect(reply.status).toBe(201);
    return reply.json<NewKey>();
  };
  const call = (key: string, target: string, base = service.adminBase): Promise<HttpReply> =>
    send({ base, target, headers: [['Authorization', `Bearer ${key}`]] });

  it('answers 201 with the key, which is shown once and kept as a hash', async () => {
    const made = await create('auditor', { name: 'Night shift' });
    expect(made).toMatchObject({ name: 'Night shift', role: 'auditor', expiresAt: null });
    expect(made.key.length).toBeGreaterThanOrEqual(32);
    const list = await service.admin('GET', '/admin/api-keys');
    expect(list.text).toContain(made.id);
    expect(list.text).not.toContain(made.key);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ row: string }>('SELECT k::text AS row FROM api_keys k');
    await client.end();
    expect(rows.map(({ row }) => row).join('\n')).not.toContain(made.key);
  });

  it('the key works at once, as its role, until it is deleted, on every replica in a second', async () => {
    const replica = await startTestService(database.url);
    try {
      const { id, key } = await create('auditor');
      for (const base of [service.adminBase, replica.adminBase]) {
        expect((await call(key, '/admin/consumers', base)).status).toBe(200);
      }
      const refused = await send({
        base: service.adminBase,
        method: 'POST',
        target: '/admin/consumers',
        headers: [
          ['Authorization', `Bearer ${key}`],
          ['Content-Type', 'application/json'],
        ],
        body: '{"name":"x"}',
      });
      expectProblem(refused, 403, 'forbidden');
      expect((await service.admin('DELETE', `/admin/api-keys/${id}`)).status).toBe(204);
      await sleep(1_000);
      for (const base of [service.adminBase, replica.adminBase]) {
        expectProblem(await call(key, '/admin/consumers', base), 401, 'unauthorized');
      }
      expectProblem(await service.admin('DELETE', `/admin/api-keys/${id}`), 404, 'not_found');
    } finally {
      await replica.stop(0);
    }
  });

  it('a key of role gateway opens /authz and /verify, in X-Gateway-Key too, and nothing else', async () => {
    const { key } = await create('gateway');
    const at = (target: string, header: string, value: string) =>
      send({ base: service.adminBase, method: 'POST', target, headers: [[header, value]] });
    expect((await at('/verify', 'X-Gateway-Key', key)).status).toBe(400);
    expect((await at('/verify', 'Authorization', `Bearer ${key}`)).status).toBe(400);
    expect((await at('/authz/forward-auth', 'X-Gateway-Key', key)).status).not.toBe(403);
    expectProblem(await call(key, '/admin/consumers'), 403, 'forbidden');
    const consent = await create('consent');
    expect((await at('/authz/forward-auth', 'X-Gateway-Key', consent.key)).status).toBe(403);
    expect((await at('/verify', 'X-Gateway-Key', consent.key)).status).toBe(403);
  });

  it('expires', async () => {
    const { key, id } = await create('auditor', {
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    expect((await call(key, '/admin/consumers')).status).toBe(200);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('UPDATE api_keys SET expires_at = now() WHERE id = $1', [id]);
    await client.end();
    await sleep(1_000);
    expectProblem(await call(key, '/admin/consumers'), 401, 'unauthorized');
  });

  it('says when a key was last used, to the minute', async () => {
    const { key, id } = await create('auditor');
    const lastUsedAt = async () => {
      const { items } = (await service.admin('GET', '/admin/api-keys?limit=200')).json<{
        items: { id: string; lastUsedAt: string | null }[];
      }>();
      return items.find((item) => item.id === id)?.lastUsedAt;
    };
    expect(await lastUsedAt()).toBeNull();
    await call(key, '/admin/consumers');
    const shown = await eventually(lastUsedAt, (value) => value !== null);
    expect(Math.abs(Date.parse(shown ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('is listed by pages', async () => {
    await create('admin');
    await create('admin');
    const seen: string[] = [];
    let target: string | undefined = '/admin/api-keys?limit=1';
    while (target !== undefined) {
      const reply: HttpReply = await service.admin('GET', target);
      const { items, nextCursor } = reply.json<{ items: { id: string }[]; nextCursor: string }>();
      seen.push(...items.map(({ id }) => id));
      target = nextCursor === null ? undefined : `/admin/api-keys?limit=1&cursor=${nextCursor}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    [{}, '/name'],
    [{ name: 'x' }, '/role'],
    [{ name: 'x', role: 'root' }, '/role'],
    [{ name: '', role: 'admin' }, '/name'],
    [{ name: 'x', role: 'admin', expiresAt: '2001-01-01T00:00:00Z' }, '/expiresAt'],
    [{ name: 'x', role: 'admin', expiresAt: 'soon' }, '/expiresAt'],
    [{ name: 'x', role: 'admin', key: 'my-own' }, '/key'],
  ])('refuses %j', async (body, pointer) => {
    const reply = await service.admin('POST', '/admin/api-keys', body);
    expectProblem(reply, 400, 'validation_failed');
    expect(reply.text).toContain(`"pointer":"${pointer}"`);
  });

  it.each(['', 'oak_', `oak_${'A'.repeat(43)}`, `${ADMIN_API_KEY}x`, 'a.b.c'])(
    'takes no key that it did not make: %s',
    async (key) => {
      expect((await call(key, '/admin/consumers')).status).toBe(401);
    },
  );
});
