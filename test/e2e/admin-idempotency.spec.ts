import { send, type HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';

describe('Admin API: Idempotency-Key', () => {
  const { database, service, replica } = serviceForAllTests();
  const other = replica();

  beforeEach(() => database.query('DELETE FROM consumers; DELETE FROM idempotency_keys'));

  const post = (
    target: string,
    body: unknown,
    key: string,
    { replica = service, credential = ADMIN_API_KEY } = {},
  ): Promise<HttpReply> =>
    send({
      base: replica.adminBase,
      method: 'POST',
      target,
      headers: [
        ['Authorization', `Bearer ${credential}`],
        ['Content-Type', 'application/json'],
        ['Idempotency-Key', key],
      ],
      body: JSON.stringify(body),
    });
  const count = async () => {
    const [row] = await database.query<{ n: number }>('SELECT count(*)::int n FROM consumers');
    return row?.n;
  };

  it('the same key and body again: the same answer, secret and headers, from any replica', async () => {
    const first = await post('/admin/consumers', { name: 'a' }, 'k');
    const again = await post('/admin/consumers', { name: 'a' }, 'k', { replica: other });
    expect([first.status, again.status, again.json()]).toEqual([201, 201, first.json()]);
    for (const name of ['location', 'etag', 'content-type', 'cache-control']) {
      expect([name, again.headers[name]]).toEqual([name, first.headers[name]]);
    }
    expect(await count()).toBe(1);
  });

  /** Twenty concurrent requests with one key, alternating between both replicas. */
  const race = (body: (index: number) => unknown) =>
    Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        post('/admin/consumers', body(index), 'k', { replica: index % 2 ? service : other }),
      ),
    );

  it('of those who come together one makes it; the others wait their turn', async () => {
    const replies = await race(() => ({ name: 'a' }));
    expect(await count()).toBe(1);
    const made = new Set<unknown>();
    for (const reply of replies) {
      if (reply.status === 201) made.add(reply.json().consumerKey);
      else expect([reply.status, reply.json().code]).toEqual([409, 'request_in_flight']);
    }
    expect(made.size).toBe(1);
  });

  it('of two bodies that race under one key one is served, and the other one told', async () => {
    const replies = await race((index) => ({ name: index % 3 ? 'a' : 'b' }));
    const [row, ...others] = await database.query<{ name: string }>('SELECT name FROM consumers');
    expect(others).toEqual([]);
    for (const [index, reply] of replies.entries()) {
      const isServed = (index % 3 ? 'a' : 'b') === row?.name;
      const { code } = reply.json<{ code?: string }>();
      if (isServed) expect([undefined, 'request_in_flight']).toContain(code);
      else expect([reply.status, code]).toEqual([422, 'idempotency_key_reused']);
    }
  });

  it('another body, or another operation, under the same key: 422, and nothing made', async () => {
    const made = (await post('/admin/consumers', { name: 'a' }, 'k')).json();
    for (const [target, body] of [
      ['/admin/consumers', { name: 'b' }],
      [`/admin/consumers/${made.consumerKey}/secret`, { name: 'a' }],
      ['/admin/api-keys', { name: 'a', role: 'auditor' }],
    ] as const) {
      const reply = await post(target, body, 'k');
      expect([reply.status, reply.json().code]).toEqual([422, 'idempotency_key_reused']);
    }
    expect(await count()).toBe(1);
  });

  it('rotates, mints and makes keys once', async () => {
    const { consumerKey } = await service.registerConsumer();
    for (const [target, body] of [
      [`/admin/consumers/${consumerKey}/secret`, { overlapSeconds: 60 }],
      [`/admin/consumers/${consumerKey}/tokens`, { subject: 'jane' }],
      ['/admin/api-keys', { name: 'a', role: 'auditor' }],
    ] as const) {
      const first = await post(target, body, target);
      const again = await post(target, body, target);
      expect(first.status).toBeLessThan(300);
      expect([again.status, again.json()]).toEqual([first.status, first.json()]);
    }
  });

  it.each([
    ['accept', { subject: 'jane' }, { subject: 'joe' }],
    ['reject', { reason: 'Not mine' }, { reason: 'Not now' }],
  ])(
    '%s again with the key of the first try: its answer, though expired and swept since',
    async (decision, body, another) => {
      const consumer = await service.registerConsumer();
      const { token } = await service.initiate(consumer, 'http://client.example.com/ready');
      const target = `/admin/authorization-requests/${token}/${decision}`;
      const first = await post(target, body, 'tab-1');
      expect([first.status, first.json().redirectTo]).toEqual([200, expect.any(String)]);
      for (const past of [
        'SELECT 1',
        `UPDATE temporary_credentials SET expires_at = now() - interval '1 second'`,
        'DELETE FROM temporary_credentials',
      ]) {
        await database.query(past);
        const again = await post(target, body, 'tab-1', { replica: other });
        expect([again.status, again.json()]).toEqual([200, first.json()]);
        if (past.startsWith('DELETE')) break;
        for (const [key, change] of [
          ['tab-2', body],
          ['tab-3', another],
        ] as const) {
          const late = await post(target, change, key);
          expect([late.status, late.json().code]).toEqual([409, 'already_decided']);
        }
      }
      expect((await post(target, another, 'tab-1')).json().code).toBe('idempotency_key_reused');
    },
  );

  it('of the tries that come together under one key one decides, and is on record once', async () => {
    const { token } = await service.initiate(await service.registerConsumer());
    const target = `/admin/authorization-requests/${token}/accept`;
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        post(target, { subject: 'jane' }, 'k', { replica: index % 2 ? service : other }),
      ),
    );
    const verifiers = replies.flatMap((reply) =>
      reply.status === 200 ? [reply.json<{ oauthVerifier: string }>().oauthVerifier] : [],
    );
    expect(new Set(verifiers).size).toBe(1);
    for (const { status, json } of replies.filter((reply) => reply.status !== 200)) {
      expect([status, json().code]).toEqual([409, 'request_in_flight']);
    }
    const events = await service.admin(
      'GET',
      `/admin/audit-events?target=authorization_request:${token}&action=authorization_request.accept`,
    );
    expect(events.json().items).toHaveLength(1);
  });

  it('a refusal is not kept: mended, the request is served under the same key', async () => {
    expect((await post('/admin/consumers', { nmae: 'a' }, 'k')).status).toBe(400);
    expect((await post('/admin/consumers', { name: 'a' }, 'k')).status).toBe(201);
  });

  it('a key belongs to its caller: another caller neither reads nor blocks it', async () => {
    const made = await service.admin('POST', '/admin/api-keys', { name: 'second', role: 'admin' });
    const first = await post('/admin/consumers', { name: 'a' }, 'k');
    const foreign = await post('/admin/consumers', { name: 'a' }, 'k', {
      credential: made.json().key,
    });
    expect(foreign.status).toBe(201);
    expect(foreign.json().consumerKey).not.toBe(first.json().consumerKey);
  });

  it('keeps the secret sealed, for a day; after it, and after a crash, the key is free', async () => {
    const { consumerSecret } = (await post('/admin/consumers', { name: 'a' }, 'k')).json();
    const [row] = await database.query<{ answer: Buffer; hours: number }>(
      `SELECT answer, round(extract(epoch FROM expires_at - now()) / 3600)::int AS hours
       FROM idempotency_keys`,
    );
    expect(row?.answer.includes(consumerSecret)).toBe(false);
    expect(row?.hours).toBe(24);
    await database.query(`UPDATE idempotency_keys SET answer = NULL`);
    expect((await post('/admin/consumers', { name: 'a' }, 'k')).status).toBe(409);
    await database.query(`UPDATE idempotency_keys SET expires_at = now() - interval '1 second'`);
    expect((await post('/admin/consumers', { name: 'b' }, 'k')).status).toBe(201);
  });

  it.each(['', 'a b', 'x'.repeat(256)])('refuses the key "%s"', async (key) => {
    const reply = await post('/admin/consumers', { name: 'a' }, key);
    expect([reply.status, reply.json().code]).toEqual([400, 'malformed_request']);
    expect(await count()).toBe(0);
  });
});
