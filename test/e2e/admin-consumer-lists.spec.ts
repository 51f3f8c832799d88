import { LOOKED_THROUGH } from '../../src/consumers/consumer-search.js';
import type { HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

const LIST = '/admin/consumers';

describe('Admin API: lists of consumers', () => {
  const { database, service } = serviceForAllTests();

  beforeEach(() => database.query('DELETE FROM consumers'));

  const keysIn = (reply: HttpReply): string[] => {
    expect([reply.status, reply.text]).toEqual([200, expect.anything()]);
    const { items } = reply.json<{ items: { consumerKey: string }[] }>();
    return items.map(({ consumerKey }) => consumerKey);
  };
  const list = async (query: string) => keysIn(await service.admin('GET', `${LIST}?${query}`));
  const create = (consumerKey: string, more: Record<string, unknown> = {}) =>
    service.registerConsumer({ consumerKey, name: 'x', ...more });

  it('is empty at first: no items, nextCursor null, no Link', async () => {
    const reply = await service.admin('GET', LIST);
    expect([reply.status, reply.json()]).toEqual([200, { items: [], nextCursor: null }]);
    expect(reply.headers).not.toHaveProperty('link');
    expect(reply.headers['cache-control']).toBe('no-store');
  });

  it('pages over 500 consumers, each exactly once, while others come and go', async () => {
    // Many rows with the same timestamp, as an import creates them, so that the key decides their order.
    await database.query(`
      INSERT INTO consumers (consumer_key, name, callback_urls, scopes, signature_methods,
        two_legged, allowed_addresses, labels, status, version, created_at)
      SELECT 'old/' || i || '😀', 'x', '{}', '{}', '{HMAC-SHA1}', false, '{}', '{}', 'active', 1,
        date_trunc('second', now()) - make_interval(secs => i / 100)
      FROM generate_series(1, 500) i`);
    const seen: string[] = [];
    let target: string | undefined = `${LIST}?limit=37`;
    for (let page = 0; target !== undefined; page += 1) {
      const reply = await service.admin('GET', target);
      const keys = keysIn(reply);
      seen.push(...keys);
      const { nextCursor } = reply.json<{ nextCursor: string | null }>();
      target = /^<(\/admin\/consumers\?[^>]+)>; rel="next"$/.exec(reply.headers['link'] ?? '')?.[1];
      if (target === undefined) expect(nextCursor).toBeNull();
      else expect(target).toBe(`${LIST}?limit=37&cursor=${nextCursor}`);
      await create(`new ${page}`);
      // Deletes the row that the cursor was made from.
      await service.admin('DELETE', `${LIST}/${encodeURIComponent(keys.at(-1) ?? '')}`);
    }
    const old = seen.filter((key) => key.startsWith('old/'));
    expect(old).toHaveLength(500);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('has them newest first where it is asked for, with a part or without, each exactly once', async () => {
    await database.query(`
      INSERT INTO consumers (consumer_key, name, callback_urls, scopes, signature_methods,
        two_legged, allowed_addresses, labels, status, version, created_at)
      SELECT to_char(i, 'FM0000'), CASE i % 3 WHEN 0 THEN 'Album' ELSE 'x' END, '{}', '{}',
        '{HMAC-SHA1}', false, '{}', '{}', 'active', 1,
        date_trunc('second', now()) - make_interval(secs => (100 - i) / 10)
      FROM generate_series(1, 100) i`);
    const all = Array.from({ length: 100 }, (_, n) => String(n + 1).padStart(4, '0')).reverse();
    const pages = async (query: string) => {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const reply = await service.admin(
          'GET',
          `${LIST}?${query}&cursor=${cursor}`.replace(/&cursor=$/, ''),
        );
        seen.push(...keysIn(reply));
        cursor = reply.json<{ nextCursor: string | null }>().nextCursor;
      }
      return seen;
    };
    expect(await pages('order=desc&limit=7')).toEqual(all);
    expect(await pages('order=desc&q=album&limit=7')).toEqual(
      all.filter((key) => Number(key) % 3 === 0),
    );
    expect(await pages('order=asc&limit=7')).toEqual([...all].reverse());
    // A cursor of one order is invalid in the other.
    const { nextCursor } = (await service.admin('GET', `${LIST}?limit=7`)).json<{
      nextCursor: string;
    }>();
    const strayed = await service.admin('GET', `${LIST}?limit=7&order=desc&cursor=${nextCursor}`);
    expect(strayed.status).toBe(400);
    expect((await service.admin('GET', `${LIST}?order=name`)).status).toBe(400);
  });

  it('has 50 items by default, 200 at most, and ends without an empty page', async () => {
    await database.query(`
      INSERT INTO consumers (consumer_key, name, callback_urls, scopes, signature_methods,
        two_legged, allowed_addresses, labels, status, version)
      SELECT i, 'x', '{}', '{}', '{HMAC-SHA1}', false, '{}', '{}', 'active', 1
      FROM generate_series(1, 200) i`);
    expect(await list('')).toHaveLength(50);
    const full = await service.admin('GET', `${LIST}?limit=200`);
    expect(keysIn(full)).toHaveLength(200);
    expect(full.json().nextCursor).toBeNull();
  });

  it('filters by status and by part of key or name, in any letter case, taken literally', async () => {
    await create('key-Alpha', { name: 'first' });
    await create('key-beta', { name: '100% A_B \\ done' });
    await create('key-gamma', { name: 'ALPHABET' });
    await service.admin('PATCH', `${LIST}/key-gamma`, { status: 'disabled' });
    expect(await list('q=alpha')).toEqual(['key-Alpha', 'key-gamma']);
    expect(await list('q=ALPHA&status=active')).toEqual(['key-Alpha']);
    expect(await list('status=disabled')).toEqual(['key-gamma']);
    expect(await list('q=100%25+a')).toEqual(['key-beta']);
    expect(await list('q=%25')).toEqual(['key-beta']);
    expect(await list('q=_')).toEqual(['key-beta']);
    expect(await list('q=%5C')).toEqual(['key-beta']);
    expect(await list('q=a%25t')).toEqual([]);
    expect(await list("q='+OR+1=1--")).toEqual([]);
    expect(await list('q=')).toHaveLength(3);
  });

  it('finds a part of any length and script behind more consumers than are looked through', async () => {
    await database.query(
      `INSERT INTO consumers (consumer_key, name, callback_urls, scopes, signature_methods, two_legged,
         allowed_addresses, labels, status, version, created_at)
       SELECT 'many ' || i, 'Crowd', '{}', '{}', '{HMAC-SHA1}', false, '{}', '{}', 'active', 1,
         now() - interval '1 day'
       FROM generate_series(1, $1::int) i`,
      [LOOKED_THROUGH + 1],
    );
    await create('Left-behind', { name: '東京 § done' });
    await create('k2', { name: 'left out' });
    for (const q of ['東', '京', '東京', '§', '京 §', 'NE', 'ft-be', 'behind', 'LEFT-behind']) {
      expect([q, await list(`q=${encodeURIComponent(q)}`)]).toEqual([q, ['Left-behind']]);
    }
    expect(await list('q=left')).toEqual(['Left-behind', 'k2']);
    expect(await list('q=left&status=disabled')).toEqual([]);
    // The names contain each letter and each pair of letters of this search, but not the whole.
    expect(await list('q=doned')).toEqual([]);
    const first = await service.admin('GET', `${LIST}?q=left&limit=1`);
    const [, next = ''] = /^<([!-~]+)>; rel="next"$/.exec(first.headers['link'] ?? '') ?? [];
    expect(keysIn(await service.admin('GET', next))).toEqual(['k2']);
    expect(await list('q=crowd&limit=200')).toHaveLength(200);
    // In the other order, too, the matches now come after that many rows.
    await database.query(
      `UPDATE consumers SET created_at = now() - interval '2 days' WHERE name NOT IN ('Crowd')`,
    );
    expect(await list('order=desc&q=left&limit=1')).toHaveLength(1);
    expect((await list('order=desc&q=left')).sort()).toEqual(['Left-behind', 'k2']);
    expect(await list('order=desc&q=doned')).toEqual([]);
    expect(await list('order=desc&q=crowd&limit=200')).toHaveLength(200);
  });

  it('holds the longest and widest keys and names', async () => {
    const consumerKey = '😀'.repeat(255);
    await create(consumerKey, { name: '🂡'.repeat(200) });
    expect(await list(`q=${encodeURIComponent('🂡🂡')}`)).toEqual([consumerKey]);
    const tokens = `${LIST}/${encodeURIComponent(consumerKey)}/tokens`;
    const widest = { subject: '🃁'.repeat(255), token: '🃏'.repeat(255) };
    expect((await service.admin('POST', tokens, widest)).status).toBe(201);
  });

  it('keeps the filters in Link', async () => {
    for (const index of [1, 2, 3]) await create(`k${index}`, { name: 'a & b/ü' });
    await create('other');
    const first = await service.admin('GET', `${LIST}?limit=2&status=active&q=%26+B/%C3%BC`);
    expect(keysIn(first)).toEqual(['k1', 'k2']);
    const [, next = ''] = /^<([!-~]+)>; rel="next"$/.exec(first.headers['link'] ?? '') ?? [];
    expect(keysIn(await service.admin('GET', next))).toEqual(['k3']);
  });

  it('shows neither secrets nor versions', async () => {
    const { consumerSecret } = await create('k');
    const reply = await service.admin('GET', LIST);
    expect(reply.text).not.toContain(consumerSecret);
    expect(reply.text).not.toMatch(/"(secret|consumerSecret|version)"/);
  });
});
