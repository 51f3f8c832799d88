import { TestBrowser } from '../support/browser.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

const CALLBACK = 'https://printer.example.com/ready';
const OUT_OF_DATE = 'This form is out of date';

describe('RFC 5849 §4.13 forms are followed only from the owner’s own browser', () => {
  const { database, service } = serviceForAllTests();
  let consumer: TestConsumer;
  let browser: TestBrowser;
  let token: string;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ name: 'Printer', callbackUrls: [CALLBACK] });
  });
  beforeEach(async () => {
    ({ token } = await service.initiate(consumer, CALLBACK));
    browser = new TestBrowser(service.publicBase);
  });

  const authorize = (oauthToken: string) => `/oauth/auz/authorize?oauth_token=${oauthToken}`;
  const statusOf = async (oauthToken: string): Promise<string> =>
    (await service.admin('GET', `/admin/authorization-requests/${oauthToken}`)).json().status;

  /** Signs in and leaves the browser on the consent page. */
  async function consentPage(on = browser, name = 'jane', oauthToken = token): Promise<void> {
    await on.open(authorize(oauthToken));
    await on.press('Sign in', { filled: { 'User name': name } });
    expect(on.title).toBe('Printer asks for access');
  }

  /** The fields that Allow sends, with these replaced. */
  function allowing(changes: Record<string, string> = {}): [string, string][] {
    const { fields, buttons } = browser.formWith('Allow');
    return [...fields, ...(buttons.get('Allow') ?? [])].map(([name, value]) => [
      name,
      changes[name] ?? value,
    ]);
  }

  it.each<[string, [string, string][]]>([
    ['another site', [['Origin', 'https://evil.example.com']]],
    ['a sandboxed frame', [['Origin', 'null']]],
    ['this host on another port', [['Origin', 'http://127.0.0.1:1']]],
    ['another site, by Sec-Fetch-Site', [['Sec-Fetch-Site', 'cross-site']]],
    ['a sister site, by Sec-Fetch-Site', [['Sec-Fetch-Site', 'same-site']]],
    ['an address typed in, by Sec-Fetch-Site', [['Sec-Fetch-Site', 'none']]],
  ])('a decision that comes from %s: 403, nothing decided', async (_, headers) => {
    await consentPage();
    const reply = await browser.post('/oauth/auz/decision', allowing(), headers);
    expect([reply.status, browser.title]).toEqual([403, OUT_OF_DATE]);
    expect(reply.headers['location']).toBeUndefined();
    expect(await statusOf(token)).toBe('pending');
  });

  it('a decision from this origin, or from a program that names none: followed', async () => {
    await consentPage();
    const headers: [string, string][] = [
      ['Origin', service.publicBase],
      ['Sec-Fetch-Site', 'same-origin'],
    ];
    expect((await browser.post('/oauth/auz/decision', allowing(), headers)).status).toBe(302);
    ({ token } = await service.initiate(consumer, CALLBACK));
    await browser.open(authorize(token));
    expect((await browser.post('/oauth/auz/decision', allowing(), [])).status).toBe(302);
  });

  it('without the form’s token, or with one made for something else: 403, nothing decided', async () => {
    await consentPage();
    const signOut = browser.formWith('Sign out').buttons.get('Sign out')?.[0]?.[1] ?? '';
    const other = await service.initiate(consumer, CALLBACK);
    const eve = new TestBrowser(service.publicBase);
    await consentPage(eve, 'eve');
    const ofEve = Object.fromEntries(eve.formWith('Allow').fields)['form_token'] ?? '';
    const forgeries: Record<string, string>[] = [
      { form_token: '' },
      { form_token: 'x'.repeat(43) },
      { form_token: signOut },
      { form_token: ofEve },
      { oauth_token: other.token },
      { oauth_token: '' },
    ];
    for (const changes of forgeries) {
      const back = browser.page;
      await browser.post('/oauth/auz/decision', allowing(changes));
      expect([browser.page.status, browser.title]).toEqual([403, OUT_OF_DATE]);
      browser.page = back;
    }
    const twice: [string, string][] = [...allowing(), ['oauth_token', other.token]];
    expect((await browser.post('/oauth/auz/decision', twice)).status).toBe(403);
    expect([await statusOf(token), await statusOf(other.token)]).toEqual(['pending', 'pending']);
  });

  it('without the cookie: 403 with what to do about it', async () => {
    await consentPage();
    const fields = allowing();
    browser.cookies.clear();
    await browser.post('/oauth/auz/decision', fields);
    expect([browser.page.status, browser.title]).toEqual([403, 'Your browser sent no cookie']);
    expect(await statusOf(token)).toBe('pending');
  });

  it('login CSRF: a sign-in that this browser was not shown starts no session', async () => {
    const eve = new TestBrowser(service.publicBase);
    await eve.open(authorize(token));
    const { fields } = eve.formWith('Sign in');
    const forged: [string, string][] = [...fields, ['user_name', 'eve-forged']];
    await browser.post('/oauth/auz/sign-in', forged, []);
    expect(browser.title).toBe('Your browser sent no cookie');
    await browser.open(authorize(token));
    await browser.post('/oauth/auz/sign-in', forged, []);
    expect([browser.page.status, browser.title]).toEqual([403, OUT_OF_DATE]);
    const sql = `SELECT 1 FROM sessions WHERE subject = 'eve-forged'`;
    expect(await database.query(sql)).toEqual([]);
    await browser.open(authorize(token));
    expect(browser.title).toBe('Sign in');
  });

  it('session fixation: signing in changes the cookie, and the old value opens nothing', async () => {
    const planted = 'p'.repeat(32);
    browser.cookies.set('oauth10', planted);
    await consentPage();
    const own = browser.cookies.get('oauth10');
    expect(own).not.toBe(planted);
    const thief = new TestBrowser(service.publicBase);
    thief.cookies.set('oauth10', planted);
    await thief.open(authorize(token));
    expect(thief.title).toBe('Sign in');
  });

  it('a form that was shown to another person is void', async () => {
    await consentPage(browser, 'jane');
    const fields = allowing();
    await browser.press('Sign out');
    await consentPage(browser, 'bob');
    await browser.post('/oauth/auz/decision', fields);
    expect([browser.page.status, browser.title]).toEqual([403, OUT_OF_DATE]);
    expect(await statusOf(token)).toBe('pending');
  });

  it.each([
    ['idle', `UPDATE sessions SET last_seen_at = now() - interval '1801 seconds'`],
    ['over', `UPDATE sessions SET expires_at = now()`],
    ['ended by staff', 'DELETE FROM sessions'],
  ])('a session that is %s decides nothing and asks to sign in', async (_, sql) => {
    await consentPage();
    const fields = allowing();
    await database.query(sql);
    await browser.post('/oauth/auz/decision', fields);
    expect([browser.page.status, browser.title]).toEqual([403, 'You are not signed in any more']);
    const [, again = ''] = /<a href="([^"]+)">Try again/.exec(browser.page.text) ?? [];
    await browser.open(again);
    expect(browser.title).toBe('Sign in');
    expect(await statusOf(token)).toBe('pending');
  });

  it('the database holds the hash of a session’s id alone', async () => {
    await consentPage();
    const rows = await database.query<{ row: string }>('SELECT s::text AS row FROM sessions s');
    const id = browser.cookies.get('oauth10') ?? '';
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(id);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(id).toString('hex'));
  });

  it('one decision: of two tabs and ten presses one is followed, the rest are told', async () => {
    await consentPage();
    const allow = allowing();
    const deny = allow.map(([name, value]): [string, string] => [
      name,
      name === 'decision' ? 'deny' : value,
    ]);
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) => {
        const tab = new TestBrowser(service.publicBase);
        for (const [name, value] of browser.cookies) tab.cookies.set(name, value);
        return tab.post('/oauth/auz/decision', n % 2 ? allow : deny);
      }),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([302, ...Array(9).fill(400)]);
    for (const { status, text } of replies) {
      if (status === 400) expect(text).toContain('You have decided already');
    }
    // The back button shows the decision instead of the form.
    await browser.open(authorize(token));
    expect([browser.page.status, browser.title]).toEqual([400, 'You have decided already']);
  });

  it('more scopes than were asked for, or neither button: 400, nothing decided', async () => {
    await consentPage();
    for (const fields of [
      [...allowing(), ['scope', 'admin'] as [string, string]],
      allowing({ decision: 'maybe' }),
      allowing().filter(([name]) => name !== 'decision'),
    ]) {
      await browser.post('/oauth/auz/decision', fields);
      expect([browser.page.status, browser.title]).toEqual([400, 'This form cannot be read']);
      expect(await statusOf(token)).toBe('pending');
      await browser.open(authorize(token));
    }
  });
});
