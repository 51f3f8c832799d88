import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { encodeCursor, listMark } from '../../src/admin-http/cursor.js';
import { expectProblem, faultPlaces } from '../support/admin-problem.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

interface Event {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: Record<string, unknown>;
  readonly hash: string;
}

const SECRET = 'a-known-consumer-secret';
const LIST = '/admin/audit-events';
const NO_ID = { at: new Date(), key: 'a' };

describe('contract section 6: /admin/audit-events', () => {
  const { database, service } = serviceForAllTests();
  let key: string;
  let oauthToken: string;
  let all: Event[];

  const events = async (query = 'limit=200') => {
    const reply = await service.admin('GET', `${LIST}?${query}`);
    expect(reply.status).toBe(200);
    return reply.json<{ items: Event[]; nextCursor: string | null }>();
  };
  const asStranger = (target: string) =>
    send({ base: service.adminBase, target, headers: [['Authorization', 'Bearer wrong']] });

  beforeAll(async () => {
    const consumer = await service.registerConsumer({
      consumerKey: 'one',
      consumerSecret: SECRET,
      labels: { ['__proto__']: 'x', team: 'é\u{1d11e}' },
    });
    await service.admin('PATCH', '/admin/consumers/one', { name: 'Renamed', scopes: ['photos'] });
    await service.registerConsumer({ consumerKey: 'one', consumerSecret: SECRET }).catch(() => 0);
    const made = await service.admin('POST', '/admin/api-keys', { name: 'x', role: 'auditor' });
    key = made.json<{ key: string }>().key;
    ({ token: oauthToken } = await service.initiate(consumer));
    const reject = `/admin/authorization-requests/${oauthToken}/reject`;
    await service.admin('POST', reject, { reason: 'Not today' });
    await service.admin('POST', reject, {});
    await service.admin('GET', '/admin/consumers/unknown');
    for (let n = 0; n < 5; n += 1) await asStranger('/admin/consumers');
    await service.admin('DELETE', '/admin/consumers/one');
    all = (await events()).items;
  });

  it('shows every change and every refused call, oldest first, and nothing that only looked', () => {
    expect(all.map(({ id, actor, action, target }) => [id, actor, action, target])).toEqual([
      [1, 'service', 'record.begin', 'record'],
      [2, 'ADMIN_API_KEY', 'consumer.register', 'consumer:one'],
      [3, 'ADMIN_API_KEY', 'consumer.change', 'consumer:one'],
      [4, 'ADMIN_API_KEY', 'call.refuse', 'POST /admin/consumers'],
      [5, 'ADMIN_API_KEY', 'api_key.create', expect.stringMatching(/^api_key:\S+$/)],
      [6, 'ADMIN_API_KEY', 'authorization_request.reject', `authorization_request:${oauthToken}`],
      [
        7,
        'ADMIN_API_KEY',
        'call.refuse',
        `POST /admin/authorization-requests/${oauthToken}/reject`,
      ],
      [8, 'address:127.0.0.1', 'call.refuse', 'GET /admin/consumers'],
      [9, 'ADMIN_API_KEY', 'consumer.delete', 'consumer:one'],
    ]);
    for (const event of all) {
      expect(Object.keys(event).sort()).toEqual(
        ['action', 'actor', 'at', 'detail', 'hash', 'id', 'target'].sort(),
      );
      expect(event.at).toBe(new Date(event.at).toISOString());
    }
  });

  it('says what was changed, before and after, and why something was refused', () => {
    const by = { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), address: '127.0.0.1' };
    expect(all[2]?.detail).toEqual({
      ...by,
      changes: {
        name: { from: 'Test consumer', to: 'Renamed' },
        scopes: { from: ['photos', 'profile'], to: ['photos'] },
      },
    });
    expect(all[3]?.detail).toEqual({ ...by, status: 409, code: 'consumer_key_taken' });
    expect(all[5]?.detail).toEqual({ ...by, reason: 'Not today' });
    expect(all[6]?.detail).toEqual({ ...by, status: 409, code: 'already_decided' });
    expect(all[7]?.detail).toEqual({ ...by, status: 401, code: 'unauthorized' });
  });

  it('hashes the previous hash, a line feed, and the event without hash as RFC 8785 JSON', () => {
    let previous = '';
    for (const { hash, ...event } of all) {
      const text = `${previous}\n${canonicalize(event)}`;
      expect(hash).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
      previous = hash;
    }
  });

  it('holds no secret', async () => {
    const rows = await database.query<{ row: string }>('SELECT e::text AS row FROM audit_events e');
    const text = JSON.stringify([all, rows]);
    for (const secret of [SECRET, key, 'wrong']) expect(text).not.toContain(secret);
  });

  it('filters by what is equal, and by time', async () => {
    const ids = async (query: string) => (await events(query)).items.map(({ id }) => id);
    expect(await ids('action=call.refuse')).toEqual([4, 7, 8]);
    expect(await ids('actor=address:127.0.0.1')).toEqual([8]);
    expect(await ids('target=consumer:one&action=consumer.change')).toEqual([3]);
    expect(await ids('target=consumer:on')).toEqual([]);
    expect(await ids("actor='%20OR%201=1%20--")).toEqual([]);
    expect(await ids('target=consumer:%25')).toEqual([]);
    const [from, to] = [all[0]!.at, all[8]!.at];
    expect((await ids(`from=${from}`)).length).toBe(9);
    expect(await ids(`to=${from}`)).toEqual([]);
    expect(await ids(`from=${to}&limit=200`)).toContain(9);
  });

  it('finds a key or an identifier alone, whatever it is that of', async () => {
    const ids = async (query: string) => (await events(query)).items.map(({ id }) => id);
    expect(await ids('target=one')).toEqual(await ids('target=consumer:one'));
    expect(await ids('target=one')).toEqual([2, 3, 9]);
    expect(await ids('target=one&limit=2&order=desc')).toEqual([9, 3]);
    expect(await ids(`target=${oauthToken}`)).toEqual([6]);
    expect(await ids('target=consumer')).toEqual([]);
  });

  it('goes from the newest back, by cursor too, under every filter', async () => {
    for (const filter of ['', 'actor=ADMIN_API_KEY', 'target=one', `from=${all[3]!.at}`]) {
      const forth = (await events(`limit=200&${filter}`)).items.map(({ id }) => id);
      const back: number[] = [];
      let cursor = '';
      for (;;) {
        const page = await events(`limit=2&order=desc&${filter}${cursor}`);
        back.push(...page.items.map(({ id }) => id));
        if (page.nextCursor === null) break;
        cursor = `&cursor=${page.nextCursor}`;
      }
      expect(back).toEqual(forth.reverse());
    }
    const both = `to=${all[8]!.at}&from=${all[3]!.at}`;
    const back = (await events(`${both}&order=desc`)).items.map(({ id }) => id);
    expect(back).toEqual((await events(both)).items.map(({ id }) => id).reverse());
  });

  it('goes on by cursor, without loss while events are added', async () => {
    const first = await events('limit=3');
    expect(first.items.map(({ id }) => id)).toEqual([1, 2, 3]);
    await service.admin('POST', '/admin/api-keys', { name: 'y', role: 'auditor' });
    const seen: number[] = [];
    let cursor = first.nextCursor;
    while (cursor !== null) {
      const page = await events(`limit=3&cursor=${cursor}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([4, 5, 6, 7, 8, 9, 10]);
    const reply = await service.admin('GET', `${LIST}?limit=3&actor=ADMIN_API_KEY`);
    expect(reply.headers['link']).toMatch(/^<\/admin\/audit-events\?\S*actor=\S+>; rel="next"$/);
  });

  it.each([
    ['from=yesterday', '?from'],
    ['to=2026-13-01T00:00:00Z', '?to'],
    ['limit=201', '?limit'],
    ['cursor=MS5h', '?cursor'],
    [`cursor=${encodeCursor({ mark: listMark(LIST, {}), position: NO_ID })}`, '?cursor'],
    ['actor=', '?actor'],
    ['action=a%00b', '?action'],
    ['order=newest', '?order'],
    ['id=1', '?id'],
  ])('400 validation_failed for %s', async (query, pointer) => {
    expect(faultPlaces(await service.admin('GET', `${LIST}?${query}`))).toEqual([pointer]);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('405 for %s: nobody alters it', async (method) => {
    expectProblem(await service.admin(method, LIST), 405, 'method_not_allowed');
    expect((await service.admin(method, `${LIST}/1`)).status).toBe(404);
  });
});
