import { expectProblem, faultPlaces } from '../support/admin-problem.js';
import { TestBrowser } from '../support/browser.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

const SCOPES = ['photos', 'profile', 'https://api.example.com/print?all=yes'];
const described = (scope: string) => `/admin/scopes/${encodeURIComponent(scope)}`;

describe('Admin API: what scopes mean to resource owners', () => {
  const { database, service } = serviceForAllTests({
    SCOPES_FILE: 'docs/examples/scopes.json',
    LOG_LEVEL: 'silent',
  });
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ name: 'Printer', scopes: SCOPES });
  });
  beforeEach(() => database.query('DELETE FROM scope_descriptions'));

  const put = (scope: string, body: unknown) => service.admin('PUT', described(scope), body);
  const events = async (target: string) =>
    (await service.admin('GET', `/admin/audit-events?target=${encodeURIComponent(target)}`)).json<{
      items: { action: string; detail: unknown }[];
    }>().items;

  /** The text of the consent page from the first scope on. */
  async function consentPage(): Promise<string> {
    const { token } = await service.initiate(consumer);
    const browser = new TestBrowser(service.publicBase);
    await browser.open(`/oauth/auz/authorize?oauth_token=${token}`);
    await browser.press('Sign in', { filled: { 'User name': 'jane' } });
    return browser.text.slice(browser.text.indexOf('It may'));
  }

  it('staff’s words stand on the consent page before the file’s, which count again afterwards', async () => {
    const [, , uri = ''] = SCOPES;
    expect(await consentPage()).toContain('It may See your photos All albums');
    expect(await consentPage()).toContain(`See your name and picture ${uri}`);
    await put('photos', { title: 'Look at <your> photos' });
    await put('profile', { description: 'Name and picture.' });
    await put(uri, { title: 'Print', description: 'On paper.' });
    // Staff's entry replaces the whole entry of the file, its description included.
    expect(await consentPage()).toContain(
      'It may Look at <your> photos profile Name and picture. Print On paper.',
    );
    expect((await service.admin('DELETE', described('photos'))).status).toBe(204);
    expect(await consentPage()).toContain('It may See your photos All albums');
  });

  it('so they do under “Your connections”', async () => {
    await service.accessToken(consumer, 'ann');
    await put('photos', { title: 'Look at photos' });
    const browser = new TestBrowser(service.publicBase);
    await browser.open('/oauth/auz/grants');
    await browser.press('Sign in', { filled: { 'User name': 'ann' } });
    expect(browser.text).toContain('It may Look at photos See your name and picture https://');
  });

  it('PUT answers 201 and then 200 with the description, DELETE 204 and then 404', async () => {
    const first = await put('photos', { title: 'Photos', description: null });
    expect([first.status, first.json()]).toEqual([
      201,
      {
        scope: 'photos',
        title: 'Photos',
        description: null,
        updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ]);
    const second = await put('photos', { description: 'Lines.\nOf text.' });
    expect([second.status, second.json()]).toEqual([
      200,
      expect.objectContaining({ title: null, description: 'Lines.\nOf text.' }),
    ]);
    expect((await service.admin('GET', described('photos'))).json()).toEqual(second.json());
    const deleted = await service.admin('DELETE', described('photos'));
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expectProblem(await service.admin('DELETE', described('photos')), 404, 'not_found');
    expectProblem(await service.admin('GET', described('photos')), 404, 'not_found');
  });

  it('lists them by name, page by page', async () => {
    for (const scope of ['b', 'C', 'a', SCOPES[2] ?? '']) await put(scope, { title: scope });
    const names: string[] = [];
    let target: string | null = '/admin/scopes?limit=3';
    for (let pages = 0; target !== null && pages < 3; pages += 1) {
      const reply = await service.admin('GET', target);
      const { items, nextCursor } = reply.json<{
        items: { scope: string }[];
        nextCursor: string | null;
      }>();
      names.push(...items.map(({ scope }) => scope));
      target = nextCursor && `/admin/scopes?limit=3&cursor=${nextCursor}`;
    }
    expect(names).toEqual(['C', 'a', 'b', SCOPES[2]]);
  });

  it('each change is on record, in its transaction; a refused one changes nothing', async () => {
    await put('audited', { title: 'One' });
    await put('audited', { title: 'Two', description: 'More' });
    await service.admin('DELETE', described('audited'));
    const by = { address: '127.0.0.1', requestId: expect.any(String) };
    const record = [
      { action: 'scope.describe', detail: { ...by, title: 'One', description: null } },
      { action: 'scope.describe', detail: { ...by, title: 'Two', description: 'More' } },
      { action: 'scope.forget', detail: by },
    ];
    expect(await events('scope:audited')).toEqual(
      record.map((one) => expect.objectContaining(one)),
    );
    expectProblem(await service.admin('DELETE', described('audited')), 404, 'not_found');
    expect(await events('scope:audited')).toHaveLength(3);
    await database.query('ALTER TABLE audit_head RENAME TO audit_head_away');
    try {
      expect((await put('unrecorded', { title: 'One' })).status).toBe(500);
    } finally {
      await database.query('ALTER TABLE audit_head_away RENAME TO audit_head');
    }
    expectProblem(await service.admin('GET', described('unrecorded')), 404, 'not_found');
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['']],
    ['null twice', { title: null, description: null }, ['']],
    ['an empty title', { title: '' }, ['/title']],
    ['a blank description alone', { description: ' \n' }, ['']],
    ['a title of two lines', { title: 'a\nb' }, ['/title']],
    ['a title that turns the reading order', { title: 'a\u202eb' }, ['/title']],
    ['a title of 10 kB', { title: 'x'.repeat(10_000) }, ['/title']],
    ['a description of 2,001 characters', { description: 'x'.repeat(2001) }, ['/description']],
    ['NUL', { title: 'ok', description: 'a\0b' }, ['/description']],
    ['other types', { title: 1, description: [] }, ['/title', '/description']],
    ['an unknown property', { title: 'ok', titel: 'x' }, ['/titel']],
    ['a list', [], ['']],
  ])('%s: a problem that names the place, and nothing described', async (_, body, places) => {
    expect(faultPlaces(await put('photos', body))).toEqual(places);
    expectProblem(await service.admin('GET', described('photos')), 404, 'not_found');
  });

  it.each(['two scopes', 'a"b', 'a\\b', 'ünïcode', 'x'.repeat(101), '\u007f'])(
    '%j can’t be a scope: refused',
    async (name) => {
      expect(faultPlaces(await put(name, { title: 'ok' }))).toEqual(['']);
      expectProblem(await service.admin('GET', described(name)), 404, 'not_found');
    },
  );
});
