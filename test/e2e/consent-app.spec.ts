import { readFileSync } from 'node:fs';
import { TestBrowser } from '../support/browser.js';
import { CONSENT_APP_FILE, TestConsentApp } from '../support/consent-app.js';
import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { credentialsIn, type TestConsumer } from '../support/service.js';

const CALLBACK = 'https://printer.example.com/ready?a=b%20c';

describe('docs/consent-app.md', () => {
  const page = readFileSync('docs/consent-app.md', 'utf8');

  it('shows nothing but what the file says', () => {
    const file = readFileSync(CONSENT_APP_FILE, 'utf8');
    const shown = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, code = '']) => code);
    expect(shown.filter((code) => !file.includes(code))).toEqual([]);
    expect(shown.length).toBeGreaterThan(3);
  });

  it('is reached from the README, and leads to the file', () => {
    expect(readFileSync('README.md', 'utf8')).toContain('(docs/consent-app.md)');
    expect(page).toContain('(examples/consent-app.mjs)');
  });
});

describe('the consent app of docs/examples/, before the real service', () => {
  let proxy: DatabaseProxy;
  let app: TestConsentApp;
  const { database, service } = serviceForAllTests(async ({ url }) => {
    proxy = await proxyTo(url);
    app = await TestConsentApp.reserve();
    return { DATABASE_URL: proxy.url, CONSENT_URL: app.url, LOG_LEVEL: 'silent' };
  });
  let consumer: TestConsumer;
  let browser: TestBrowser;

  beforeAll(async () => {
    await app.start(await environment());
    consumer = await service.registerConsumer({
      name: 'Printer <1>',
      description: 'Prints "photos".',
      callbackUrls: [CALLBACK],
    });
  });
  beforeEach(() => {
    browser = new TestBrowser(app.origin);
  });
  afterAll(async () => {
    await app.stop();
    await proxy.close();
  });

  /** The app's environment, with a key of only this role. */
  async function environment(role = 'consent'): Promise<Record<string, string>> {
    const reply = await service.admin('POST', '/admin/api-keys', { name: 'Consent app', role });
    return {
      ADMIN_API: service.adminBase,
      CONSENT_API_KEY: reply.json<{ key: string }>().key,
      SCOPE_TITLES: '{"photos": "See your <photos>"}',
    };
  }

  /** Opens the app through the client's link. */
  async function arrive(callback = CALLBACK) {
    const temporary = await service.initiate(consumer, callback);
    const target = `/oauth/auz/authorize?oauth_token=${temporary.token}`;
    const { headers } = await new TestBrowser(service.publicBase).open(target);
    const location = headers['location'] ?? '';
    expect(location).toBe(`${app.url}?oauth_token=${temporary.token}`);
    await browser.open(location.slice(app.origin.length));
    return temporary;
  }
  const seen = () => [browser.page.status, browser.title];
  const verifierIn = (location = '') => new URL(location).searchParams.get('oauth_verifier') ?? '';
  const statusOf = async (token: string) =>
    (await service.admin('GET', `/admin/authorization-requests/${token}`)).json().status;

  it('shows who asks for what, and sends the owner back with what stayed ticked', async () => {
    const temporary = await arrive();
    expect(seen()).toEqual([200, 'Printer <1> asks for access']);
    expect(browser.text).toContain('Prints "photos".');
    expect(browser.text).toContain('signed in as jane');
    expect(browser.text).toContain('you go on to printer.example.com.');
    expect(browser.text).toContain('See your <photos> profile');
    const policy = browser.page.headers['content-security-policy'] ?? '';
    // form-action also applies to redirects after a form, and a callback may redirect further.
    expect(policy).not.toContain('form-action');
    expect(policy).toContain(`frame-ancestors 'none'`);
    const { headers, status } = await browser.press('Allow', { unticked: ['photos'] });
    expect(status).toBe(302);
    const location = headers['location'] ?? '';
    expect(location).toMatch(`${CALLBACK}&oauth_token=${temporary.token}&oauth_verifier=`);
    const reply = await service.exchange(consumer, temporary, verifierIn(location));
    const sql = 'SELECT subject, scopes FROM access_tokens WHERE token = $1';
    expect(await database.query(sql, [credentialsIn(reply).token])).toEqual([
      { subject: 'jane', scopes: ['profile'] },
    ]);
  });

  it('deny: back to the callback, and no exchange', async () => {
    const { token } = await arrive();
    const { headers } = await browser.press('Deny');
    expect(headers['location']).toBe(
      `${CALLBACK}&oauth_token=${token}&oauth_problem=permission_denied`,
    );
  });

  it('oob: a page shows the verifier, or that nothing was allowed', async () => {
    const temporary = await arrive('oob');
    await browser.press('Allow');
    expect(seen()).toEqual([200, 'Access is allowed']);
    const [, pin = ''] = /class="pin">([^<]+)</.exec(browser.page.text) ?? [];
    expect((await service.exchange(consumer, temporary, pin)).status).toBe(200);
    await arrive('oob');
    await browser.press('Deny');
    expect(seen()).toEqual([200, 'Access is denied']);
  });

  it('404, 409 and 410 of the admin API are pages that say what to do, never a redirect', async () => {
    await browser.open('/consent?oauth_token=unknown');
    expect(seen()).toEqual([400, 'This link is not valid']);
    await browser.open('/consent');
    expect(seen()).toEqual([400, 'This link is not valid']);

    const { token } = await arrive();
    await service.accept(token);
    await browser.press('Deny');
    expect(seen()).toEqual([400, 'You have decided already']);
    await browser.open(`/consent?oauth_token=${token}`);
    expect(seen()).toEqual([400, 'You have decided already']);

    const late = await arrive();
    await database.query('UPDATE temporary_credentials SET expires_at = now() WHERE token = $1', [
      late.token,
    ]);
    await browser.press('Allow');
    expect(seen()).toEqual([400, 'This request has expired']);
    await browser.open(`/consent?oauth_token=${late.token}`);
    expect(seen()).toEqual([400, 'This request has expired']);
  });

  it('a consumer that was disabled meanwhile: said so', async () => {
    const { consumerKey } = consumer;
    await arrive();
    await service.admin('PATCH', `/admin/consumers/${consumerKey}`, { status: 'disabled' });
    await browser.press('Allow');
    expect(seen()).toEqual([400, 'This application cannot be given access']);
    await service.admin('PATCH', `/admin/consumers/${consumerKey}`, { status: 'active' });
  });

  it('a store out of reach: 503 with Retry-After, and afterwards the same form is followed', async () => {
    const { token } = await arrive();
    const consent = browser.page;
    proxy.cut();
    await browser.press('Allow');
    expect(seen()).toEqual([503, 'The service is not available']);
    expect(browser.page.headers['retry-after']).toBe('5');
    proxy.mend();
    browser.page = consent;
    expect((await browser.press('Allow')).status).toBe(302);
    expect(await statusOf(token)).toBe('allowed');
  });

  it('a decision whose answer got lost: asked again, and the browser is sent on with the verifier', async () => {
    const { token } = await arrive();
    proxy.cutAtCommit('its own');
    const { status, headers } = await browser.press('Allow');
    expect([status, headers['location']]).toEqual([
      302,
      expect.stringContaining('oauth_verifier='),
    ]);
    expect(await statusOf(token)).toBe('allowed');
  });

  it('a form that is not its own, or scopes that nobody asked for: refused, nothing decided', async () => {
    const { token } = await arrive();
    const { fields } = browser.formWith('Allow');
    const allow: [string, string][] = [...fields, ['decision', 'allow']];
    const other = await service.initiate(consumer, CALLBACK);
    const changed = (name: string, value: string) =>
      allow.map(([key, old]): [string, string] => [key, key === name ? value : old]);
    for (const [form, headers] of [
      [allow, [['Origin', 'https://evil.example.com']]],
      [allow, [['Sec-Fetch-Site', 'cross-site']]],
      [changed('form_token', ''), []],
      [changed('oauth_token', other.token), []],
      [allow.filter(([name]) => name !== 'form_token'), []],
      [[...allow, ['scope', 'admin']], []],
      [[...allow, ['padding', 'x'.repeat(70_000)]], []],
      [changed('decision', 'maybe'), []],
    ] as [[string, string][], [string, string][]][]) {
      await browser.post('/consent', form, headers);
      expect([browser.page.status === 302, browser.title]).toEqual([
        false,
        'This form is out of date',
      ]);
    }
    const eve = new TestBrowser(app.origin);
    await eve.open(`/consent?oauth_token=${token}`);
    await eve.post('/consent', allow);
    expect([eve.page.status, eve.title]).toEqual([403, 'This form is out of date']);
    expect([await statusOf(token), await statusOf(other.token)]).toEqual(['pending', 'pending']);
  });

  it('other methods and paths are no pages', async () => {
    const target = '/consent?oauth_token=any';
    const { status, headers } = await send({ base: app.origin, method: 'PUT', target });
    expect([status, headers['allow']]).toEqual([405, 'GET, POST']);
    expect((await browser.post('/else', [])).status).toBe(404);
  });

  it('writes no token, verifier or key down', async () => {
    const { token } = await arrive();
    const { headers } = await browser.press('Allow');
    for (const secret of [token, verifierIn(headers['location']), 'oak_']) {
      expect(secret).not.toBe('');
      expect(app.output).not.toContain(secret);
    }
  });

  it('a key of another role: the owner is told that it broke, the operator why', async () => {
    const wrong = await TestConsentApp.reserve();
    await wrong.start(await environment('gateway'));
    const lost = new TestBrowser(wrong.origin);
    await lost.open('/consent?oauth_token=any');
    await wrong.stop();
    expect([lost.page.status, lost.title]).toEqual([500, 'Something went wrong']);
    expect(wrong.output).toContain('The admin API answered 403 forbidden');
  });

  it.each([
    ['without a key', { CONSENT_API_KEY: '' }, 'must be a key of role consent'],
    ['in production', { NODE_ENV: 'production' }, 'Replace the stand-in for sign-in'],
  ])('does not start %s', async (_, env, words) => {
    const refused = await TestConsentApp.reserve();
    await expect(refused.start({ CONSENT_API_KEY: 'key', ...env })).rejects.toThrow(words);
  });
});
