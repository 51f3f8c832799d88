import { faultPlaces } from '../support/admin-problem.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';

describe('Admin API: JSON Merge Patch (RFC 7396) of a consumer', () => {
  const { service } = serviceForAllTests();
  let consumerKey: string;
  beforeEach(async () => {
    ({ consumerKey } = await service.registerConsumer({
      labels: { team: 'prints', tier: 'gold' },
    }));
  });

  const patch = (body: unknown, type = 'application/merge-patch+json') =>
    send({
      base: service.adminBase,
      method: 'PATCH',
      target: `/admin/consumers/${consumerKey}`,
      headers: [
        ['Authorization', `Bearer ${ADMIN_API_KEY}`],
        ['Content-Type', type],
      ],
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const labels = async () =>
    (await service.admin('GET', `/admin/consumers/${consumerKey}`)).json().labels as unknown;
  const many = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`n${from + n}`, 'x']));

  it.each<[string, unknown, object]>([
    ['sets one and keeps the others', { labels: { team: 'post' } }, { team: 'post', tier: 'gold' }],
    ['adds one', { labels: { new: '' } }, { team: 'prints', tier: 'gold', new: '' }],
    ['takes one out', { labels: { tier: null } }, { team: 'prints' }],
    ['takes out what is not there', { labels: { x: null } }, { team: 'prints', tier: 'gold' }],
    ['sets and takes out', { labels: { tier: null, a: 'b' } }, { team: 'prints', a: 'b' }],
    ['changes nothing by none', { labels: {} }, { team: 'prints', tier: 'gold' }],
    ['changes nothing when left out', { name: 'Other' }, { team: 'prints', tier: 'gold' }],
    ['takes all out', { labels: null }, {}],
  ])('%s', async (_, body, expected) => {
    const reply = await patch(body);
    expect([reply.status, reply.json().labels]).toEqual([200, expected]);
    expect(await labels()).toEqual(expected);
  });

  it('takes the type with a charset and in capitals, and merges by it', async () => {
    await patch({ labels: { a: 'b' } }, 'Application/Merge-Patch+JSON; charset=utf-8');
    expect(await labels()).toEqual({ team: 'prints', tier: 'gold', a: 'b' });
  });

  it('in application/json the labels replace those before, and null is no label', async () => {
    expect((await patch({ labels: { a: 'b' } }, 'application/json')).status).toBe(200);
    expect(await labels()).toEqual({ a: 'b' });
    expect(faultPlaces(await patch({ labels: { a: null } }, 'application/json'))).toEqual([
      '/labels/a',
    ]);
  });

  it('__proto__ is a name like any other', async () => {
    const reply = await patch('{"labels":{"__proto__":"x"}}');
    expect(reply.text).toContain('"__proto__":"x"');
    await patch('{"labels":{"__proto__":null}}');
    expect(await labels()).toEqual({ team: 'prints', tier: 'gold' });
  });

  it.each<[string[], unknown]>([
    [['/labels/a'], { labels: { a: 1 } }],
    [['/labels/a'], { labels: { a: { b: 'c' } } }],
    [['/labels'], { labels: [] }],
    [['/labels'], { labels: 'x' }],
    [['/labels'], { labels: many(0, 51) }],
    [['/labels'], { labels: many(0, 49) }],
    [['/name'], { name: null, labels: { a: 'b' } }],
    [[''], []],
  ])('refuses by %j, and changes nothing', async (places, body) => {
    expect(faultPlaces(await patch(body))).toEqual(places);
    expect(await labels()).toEqual({ team: 'prints', tier: 'gold' });
  });

  it('loses none of the labels that come together', async () => {
    const replies = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => patch({ labels: { [name]: name } })),
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await labels()).toMatchObject({ a: 'a', b: 'b', c: 'c', d: 'd', team: 'prints' });
  });

  it('stands in the record as what was changed', async () => {
    await patch({ labels: { tier: null } });
    const target = `/admin/audit-events?action=consumer.change&target=consumer:${consumerKey}`;
    const [event] = (await service.admin('GET', target)).json().items;
    expect(JSON.stringify(event.detail)).toContain('"team":"prints"');
    expect(Object.keys(event.detail.changes)).toEqual(['labels']);
  });
});
