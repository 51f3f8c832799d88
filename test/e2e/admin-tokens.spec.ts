import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer, TestCredentials, TestService } from '../support/service.js';

describe('Admin API: access tokens', () => {
  const { database, service, replica } = serviceForAllTests();
  const other = replica();
  let consumer: TestConsumer;

  beforeEach(async () => {
    await database.query('DELETE FROM consumers');
    consumer = await service.registerConsumer();
  });

  const mint = (body: unknown, consumerKey = consumer.consumerKey): Promise<HttpReply> =>
    service.admin('POST', `/admin/consumers/${encodeURIComponent(consumerKey)}/tokens`, body);
  const minted = async (body: unknown, consumerKey?: string) => {
    const reply = await mint(body, consumerKey);
    expect([reply.status, reply.text]).toEqual([201, expect.anything()]);
    return reply.json<TestCredentials & Record<string, unknown>>();
  };
  const verdictAt = async (replica: TestService, access: TestCredentials) => {
    const reply = await replica.signed({
      method: 'GET',
      target: '/oauth/oauth10/echo',
      ...consumer,
      token: access.token,
      tokenSecret: access.tokenSecret,
    });
    return reply.status === 200 ? 'served' : reply.form()['oauth_problem'];
  };
  const tokensIn = (reply: HttpReply): string[] => {
    expect([reply.status, reply.text]).toEqual([200, expect.anything()]);
    return reply.json<{ items: { token: string }[] }>().items.map(({ token }) => token);
  };
  const list = async (query: string) =>
    tokensIn(await service.admin('GET', `/admin/tokens?${query}`));

  it('mints a token for a subject that signs at once, its secret shown here only', async () => {
    const reply = await mint({ subject: 'jane' });
    const body = reply.json<TestCredentials>();
    expect(reply.status).toBe(201);
    expect(body).toEqual({
      token: expect.any(String),
      tokenSecret: expect.any(String),
      consumerKey: consumer.consumerKey,
      subject: 'jane',
      scopes: ['photos', 'profile'],
      status: 'active',
      createdAt: expect.stringMatching(/Z$/),
      expiresAt: null,
      revokedAt: null,
    });
    expect(reply.headers['location']).toBe(`/admin/tokens/${body.token}`);
    expect(await verdictAt(other, body)).toBe('served');
    const { tokenSecret, ...shown } = body;
    const found = await service.admin('GET', `/admin/tokens/${body.token}`);
    expect([found.status, found.json()]).toEqual([200, shown]);
    const lists = await service.admin('GET', '/admin/tokens');
    const events = await service.admin('GET', '/admin/audit-events?action=token.mint');
    for (const text of [found.text, lists.text, events.text]) {
      expect(text).not.toContain(tokenSecret);
      expect(text).toContain(body.token);
    }
  });

  it('takes over a token and secret of another provider, any UTF-8 among them', async () => {
    const own = { token: 'a/b +ü%', tokenSecret: 'ß& =' };
    await minted({ subject: 'jane', scopes: ['photos'], ...own });
    expect(await verdictAt(service, own)).toBe('served');
    const taken = await mint({ subject: 'joe', ...own });
    expect([taken.status, taken.json().code]).toEqual([409, 'token_taken']);
    const reply = await service.admin('GET', `/admin/tokens/${encodeURIComponent(own.token)}`);
    expect(reply.json()).toMatchObject({ token: own.token, subject: 'jane', scopes: ['photos'] });
  });

  it("expires by ttlSeconds, else by the consumer's own, else by the service's", async () => {
    await minted({ subject: 'jane', ttlSeconds: 1, token: 'short' });
    await service.admin('PATCH', `/admin/consumers/${consumer.consumerKey}`, {
      accessTokenTtlSeconds: 600,
    });
    const usual = await minted({ subject: 'jane' });
    expect(Date.parse(String(usual['expiresAt'])) - Date.now()).toBeGreaterThan(590_000);
    expect(await minted({ subject: 'jane', ttlSeconds: 0 })).toMatchObject({ expiresAt: null });
    await sleep(1_100);
    const { status } = (await service.admin('GET', '/admin/tokens/short')).json();
    expect(status).toBe('expired');
    expect(await list('status=expired')).toEqual(['short']);
  });

  it.each<[string, unknown, string]>([
    ['no subject', {}, '/subject'],
    ['an empty subject', { subject: '' }, '/subject'],
    ['a scope beyond the consumer', { subject: 'j', scopes: ['photos', 'admin'] }, '/scopes/1'],
    ['a negative life', { subject: 'j', ttlSeconds: -1 }, '/ttlSeconds'],
    ['a token that paths swallow', { subject: 'j', token: '..' }, '/token'],
    ['a control character', { subject: 'j', tokenSecret: 'a\u0000' }, '/tokenSecret'],
    ['an unknown property', { subject: 'j', role: 'admin' }, '/role'],
  ])('refuses %s, and makes nothing', async (_, body, pointer) => {
    const reply = await mint(body);
    expect([reply.status, reply.json().code]).toEqual([400, 'validation_failed']);
    expect(reply.json<{ errors: { pointer: string }[] }>().errors[0]?.pointer).toBe(pointer);
    expect(await list('')).toEqual([]);
  });

  it('knows no unknown consumer or token', async () => {
    expect((await mint({ subject: 'jane' }, 'nobody')).status).toBe(404);
    expect((await service.admin('GET', '/admin/tokens/none')).status).toBe(404);
    expect((await service.admin('POST', '/admin/tokens/none/revoke')).status).toBe(404);
  });

  it('lists by consumer, subject and status, in pages that stay right while tokens come', async () => {
    const second = await service.registerConsumer({ consumerKey: "o'her%" });
    for (const [index, key] of [
      consumer.consumerKey,
      second.consumerKey,
      consumer.consumerKey,
    ].entries()) {
      await minted({ subject: index === 2 ? "o'hara" : 'jane', token: `t${index}` }, key);
    }
    await service.admin('POST', '/admin/tokens/t0/revoke');
    expect(await list('')).toEqual(['t0', 't1', 't2']);
    expect(await list(`consumerKey=${consumer.consumerKey}`)).toEqual(['t0', 't2']);
    expect(await list("consumerKey=o'her%25")).toEqual(['t1']);
    expect(await list('subject=jane')).toEqual(['t0', 't1']);
    expect(await list("subject=o'hara&consumerKey=o'her%25")).toEqual([]);
    expect(await list('status=revoked')).toEqual(['t0']);
    expect(await list('status=active&subject=jane')).toEqual(['t1']);
    const first = await service.admin('GET', '/admin/tokens?limit=2');
    expect(tokensIn(first)).toEqual(['t0', 't1']);
    await minted({ subject: 'late', token: 't3' });
    const [, next = ''] = /^<([!-~]+)>; rel="next"$/.exec(first.headers['link'] ?? '') ?? [];
    expect(tokensIn(await service.admin('GET', next))).toEqual(['t2', 't3']);
  });

  it.each(['status=used', 'limit=201', 'cursor=x', 'token=t', 'subject='])(
    'refuses the query %s',
    async (query) => {
      const reply = await service.admin('GET', `/admin/tokens?${query}`);
      expect([reply.status, reply.json().code]).toEqual([400, 'validation_failed']);
    },
  );

  it('revokes a token everywhere within a second; the first time stands when repeated', async () => {
    const access = await minted({ subject: 'jane' });
    expect(await verdictAt(other, access)).toBe('served');
    const revoke = () => service.admin('POST', `/admin/tokens/${access.token}/revoke`);
    expect((await revoke()).status).toBe(204);
    const shown = (await service.admin('GET', `/admin/tokens/${access.token}`)).json();
    expect(shown).toMatchObject({ status: 'revoked', revokedAt: expect.any(String) });
    await sleep(1_000);
    expect(await verdictAt(other, access)).toBe('token_revoked');
    expect(await verdictAt(service, access)).toBe('token_revoked');
    expect((await revoke()).status).toBe(204);
    expect((await service.admin('GET', `/admin/tokens/${access.token}`)).json()).toEqual(shown);
    const events = await service.admin('GET', `/admin/audit-events?target=token:${access.token}`);
    expect(events.json<{ items: unknown[] }>().items).toHaveLength(2);
  });

  it('revokes by consumer, by subject and by both, and counts what it ended', async () => {
    const second = await service.registerConsumer();
    for (const subject of ['jane', 'jane', 'joe']) {
      await minted({ subject });
      await minted({ subject }, second.consumerKey);
    }
    const revoke = async (body: unknown) => {
      const reply = await service.admin('POST', '/admin/tokens/revoke', body);
      return [reply.status, reply.json().revoked ?? reply.json().code];
    };
    const { consumerKey } = consumer;
    expect(await revoke({ consumerKey, subject: 'jane' })).toEqual([200, 2]);
    expect(await revoke({ subject: 'jane' })).toEqual([200, 2]);
    expect(await revoke({ consumerKey })).toEqual([200, 1]);
    expect(await revoke({ consumerKey })).toEqual([200, 0]);
    expect(await list('status=active')).toHaveLength(1);
    for (const body of [{}, { subject: null }, { subject: 5 }, { all: true }]) {
      expect(await revoke(body)).toEqual([400, 'validation_failed']);
    }
    expect(await list('status=active')).toHaveLength(1);
  });

  it('revokes more tokens than one statement takes', async () => {
    await minted({ subject: 'jane', token: 'model' });
    await database.query(`
      INSERT INTO access_tokens (token, consumer_key, secret, subject, scopes)
      SELECT 'many ' || i, consumer_key, secret, 'jane', scopes
      FROM access_tokens, generate_series(1, 12000) i WHERE token = 'model'`);
    const reply = await service.admin('POST', '/admin/tokens/revoke', { subject: 'jane' });
    expect(reply.json()).toEqual({ revoked: 12_001 });
    expect(await list('status=active')).toEqual([]);
  });
});
