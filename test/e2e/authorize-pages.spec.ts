import { TestBrowser } from '../support/browser.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import {
  credentialsIn,
  startTestService,
  type TestConsumer,
  type TestService,
} from '../support/service.js';

const CALLBACK = 'https://printer.example.com/ready?a=b%20c';

describe('RFC 5849 §2.2 resource owner authorization, on the service’s own pages', () => {
  const { database, service } = serviceForAllTests({
    SCOPES_FILE: 'docs/examples/scopes.json',
    BRAND_NAME: 'Example <Photos>',
    BRAND_LOGO_FILE: 'docs/examples/logo.svg',
    BRAND_LEGAL_TEXT: 'Example Photos Ltd',
    ACCESS_TOKEN_TTL_SECONDS: '2592000',
  });
  let consumer: TestConsumer;
  let browser: TestBrowser;

  beforeAll(async () => {
    consumer = await service.registerConsumer({
      name: 'Printer',
      description: 'Prints photos.',
      websiteUrl: 'https://printer.example.com/about',
      legalNotice: 'Prints are made in Utopia.',
      callbackUrls: [CALLBACK, 'http://127.0.0.1/ready', 'com.example.printer:/ready'],
      scopes: ['photos', 'profile', 'bare'],
    });
  });
  beforeEach(() => {
    browser = new TestBrowser(service.publicBase);
  });

  const authorize = (token: string) => `/oauth/auz/authorize?oauth_token=${token}`;
  const signIn = (name = 'jane') => browser.press('Sign in', { filled: { 'User name': name } });

  it('the owner signs in, sees who asks for what, allows, and the client finishes', async () => {
    const temporary = await service.initiate(consumer, CALLBACK);
    await browser.open(authorize(temporary.token));
    expect([browser.page.status, browser.title]).toEqual([200, 'Sign in']);
    expect(browser.text).toContain('to decide what Printer may do');
    expect(browser.text).toContain('Development sign-in');

    await signIn();
    expect([browser.page.status, browser.title]).toEqual([200, 'Printer asks for access']);
    for (const words of [
      'Example <Photos>',
      'Signed in as jane',
      'Prints photos.',
      'https://printer.example.com/about',
      'Registered by your administrator',
      'Afterwards you go on to printer.example.com',
      'Access lasts 30 days',
      'See your photos All albums, the private ones included.',
      'See your name and picture',
      'bare',
      'Prints are made in Utopia.',
      'Example Photos Ltd',
    ]) {
      expect(browser.text).toContain(words);
    }

    const reply = await browser.press('Allow');
    expect(reply.status).toBe(302);
    const location = reply.headers['location'] ?? '';
    const [before, verifier = ''] = location.split('&oauth_verifier=');
    expect(before).toBe(`${CALLBACK}&oauth_token=${temporary.token}`);
    const access = credentialsIn(await service.exchange(consumer, temporary, verifier));
    const target = '/oauth/oauth10/echo';
    const echo = await service.signed({ method: 'GET', target, ...consumer, ...access });
    expect(echo.json()).toMatchObject({ subject: 'jane', scopes: ['photos', 'profile', 'bare'] });
  });

  it('denied: back to the callback with permission_denied, and no exchange', async () => {
    const temporary = await service.initiate(consumer, CALLBACK);
    await browser.open(authorize(temporary.token));
    await signIn();
    const reply = await browser.press('Deny');
    expect([reply.status, reply.headers['location']]).toEqual([
      302,
      `${CALLBACK}&oauth_token=${temporary.token}&oauth_problem=permission_denied`,
    ]);
    const refused = await service.exchange(consumer, temporary, 'whatever');
    expect([refused.status, refused.form()['oauth_problem']]).toEqual([401, 'permission_denied']);
  });

  it('an unticked scope is not granted', async () => {
    const temporary = await service.initiate(consumer, CALLBACK);
    await browser.open(authorize(temporary.token));
    await signIn();
    const reply = await browser.press('Allow', { unticked: ['photos'] });
    const verifier = /oauth_verifier=(.*)/.exec(reply.headers['location'] ?? '')?.[1] ?? '';
    const access = credentialsIn(await service.exchange(consumer, temporary, verifier));
    const target = '/oauth/oauth10/echo';
    const echo = await service.signed({ method: 'GET', target, ...consumer, ...access });
    expect(echo.json()).toMatchObject({ scopes: ['profile', 'bare'] });
  });

  it('oob: a page shows the verifier, which the exchange takes', async () => {
    const temporary = await service.initiate(consumer);
    await browser.open(authorize(temporary.token));
    await signIn();
    expect(browser.text).toContain('Afterwards you get a code to type into the application');
    await browser.press('Allow');
    expect([browser.page.status, browser.title]).toEqual([200, 'Access is allowed']);
    const pin = /class="pin"[^>]*>([^<]*)</.exec(browser.page.text)?.[1] ?? '';
    expect(pin).toMatch(/^[34679ACDEFGHJKMNPQRTWXY]{5}-[34679ACDEFGHJKMNPQRTWXY]{5}$/);
    expect(browser.text).toContain('It is good for another 10 minutes.');
    expect((await service.exchange(consumer, temporary, pin)).status).toBe(200);
  });

  it.each<[string, (pin: string) => string]>([
    ['as it is shown', (pin) => pin],
    ['in one run', (pin) => pin.replace('-', '')],
    ['in lower case, with blanks', (pin) => ` ${pin.toLowerCase().replace('-', ' ')} `],
  ])('oob: a verifier that is typed %s counts as right', async (_, typed) => {
    const temporary = await service.initiate(consumer);
    await browser.open(authorize(temporary.token));
    await signIn();
    await browser.press('Allow');
    const pin = /class="pin"[^>]*>([^<]*)</.exec(browser.page.text)?.[1] ?? '';
    const wrong = await service.exchange(consumer, temporary, typed(pin).slice(0, -3));
    expect(wrong.form()['oauth_problem']).toBe('verifier_invalid');
    expect((await service.exchange(consumer, temporary, typed(pin))).status).toBe(200);
  });

  it('Allow with nothing ticked is asked about once more, and gives nothing unasked', async () => {
    const temporary = await service.initiate(consumer, CALLBACK);
    await browser.open(authorize(temporary.token));
    await signIn();
    const unticked = ['photos', 'profile', 'bare'];
    await browser.press('Allow', { unticked });
    expect([browser.page.status, browser.title]).toEqual([200, 'Printer asks for access']);
    expect(browser.text).toContain('Nothing is ticked. Press Allow once more if Printer may know');
    expect(browser.page.text).not.toContain(' checked');
    const asked = await service.admin('GET', `/admin/authorization-requests/${temporary.token}`);
    expect(asked.json().status).toBe('pending');
    const reply = await browser.press('Allow');
    const verifier = /oauth_verifier=(.*)/.exec(reply.headers['location'] ?? '')?.[1] ?? '';
    const access = credentialsIn(await service.exchange(consumer, temporary, verifier));
    const target = '/oauth/oauth10/echo';
    const echo = await service.signed({ method: 'GET', target, ...consumer, ...access });
    expect(echo.json()).toMatchObject({ scopes: [] });
  });

  it('a scope that nobody has described is shown as the application’s own word', async () => {
    const { token } = await service.initiate(consumer, CALLBACK);
    await browser.open(authorize(token));
    await signIn();
    expect(browser.text).toContain(
      'bare Named so by the application; nobody has described it here.',
    );
    expect(browser.text.match(/Named so by/g)).toHaveLength(1);
  });

  it('oob, denied: a page says so', async () => {
    const temporary = await service.initiate(consumer);
    await browser.open(authorize(temporary.token));
    await signIn();
    await browser.press('Deny');
    expect([browser.page.status, browser.title]).toEqual([200, 'Access is denied']);
  });

  it('who is signed in is not asked again; who signs out is', async () => {
    const first = await service.initiate(consumer);
    await browser.open(authorize(first.token));
    await signIn();
    const second = await service.initiate(consumer);
    await browser.open(authorize(second.token));
    expect(browser.title).toBe('Printer asks for access');
    const old = new Map(browser.cookies);
    await browser.press('Sign out');
    expect([browser.title, browser.cookies.size]).toEqual(['You are signed out', 0]);
    for (const [name, value] of old) browser.cookies.set(name, value);
    await browser.open(authorize(second.token));
    expect(browser.title).toBe('Sign in');
  });

  it('a form posted from the consumer’s site shows the page as a link does', async () => {
    const { token } = await service.initiate(consumer, CALLBACK);
    const elsewhere = [
      ['Origin', 'https://printer.example.com'],
      ['Sec-Fetch-Site', 'cross-site'],
    ] as const;
    await browser.post('/oauth/auz/authorize', [['oauth_token', token]], elsewhere);
    expect([browser.page.status, browser.title]).toEqual([200, 'Sign in']);
    await browser.post('/oauth/auz/authorize', [['oauth_token', token]], []);
    expect([browser.page.status, browser.title]).toEqual([200, 'Sign in']);
  });

  it.each(['', 'x'.repeat(256), 'a\0b', '   '])('%j is no user name', async (name) => {
    const { token } = await service.initiate(consumer, CALLBACK);
    await browser.open(authorize(token));
    await signIn(name);
    expect([browser.page.status, browser.title]).toEqual([400, 'Sign in']);
    expect(browser.text).toContain('Enter a name of 1 to 255 characters.');
    await signIn('ünïcødé 😀');
    expect(browser.text).toContain('Signed in as ünïcødé 😀');
  });

  it('the logo is served to be kept, and can run nothing', async () => {
    const reply = await browser.open('/oauth/auz/logo');
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'image/svg+xml']);
    expect(reply.headers['cache-control']).toBe('public, max-age=3600');
    expect(reply.headers['content-security-policy']).toMatch(/^default-src 'none'.*; sandbox$/);
    expect(reply.text).toContain('<svg');
  });

  it('every page is small and complete, loads nothing from elsewhere, and is kept nowhere', async () => {
    const { token } = await service.initiate(consumer);
    const pages = [];
    pages.push(await browser.open(authorize('unknown')), await browser.open(authorize(token)));
    pages.push(await signIn(), await browser.press('Allow'));
    pages.push(await browser.open('/oauth/auz/grants'), await browser.press('Sign out'));
    // Only the page with the verifier has a script, which copies the verifier.
    expect(pages.map(({ text }) => text.includes('<script'))).toEqual([
      ...[false, false, false],
      true,
      ...[false, false],
    ]);
    for (const { text, headers } of pages) {
      expect(Buffer.byteLength(text)).toBeLessThan(30_000);
      expect(text).not.toMatch(/<script[^>]|<iframe|<link|\ssrc="(?!\/)|url\(|\son\w+="/);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'content-language': 'en',
        vary: 'Accept-Language',
        'content-type': 'text/html; charset=utf-8',
      });
    }
  });

  it('tells browsers to stay with https where PUBLIC_URL says so, on refusals as well', async () => {
    const hsts = async (from: TestService, target: string) =>
      (await send({ base: from.publicBase, target })).headers['strict-transport-security'];
    expect(await hsts(service, '/oauth/auz/grants')).toBeUndefined();
    const secure = await startTestService(database.url, { PUBLIC_URL: 'https://id.example.com' });
    try {
      for (const target of ['/oauth/auz/grants', '/oauth/auz/authorize?oauth_token=none']) {
        expect([target, await hsts(secure, target)]).toEqual([target, 'max-age=31536000']);
      }
    } finally {
      await secure.stop(0);
    }
  });
});
