import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { TestBrowser } from '../support/browser.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { startTestService, type TestConsumer, type TestService } from '../support/service.js';

const CALLBACK = 'https://printer.example.com/ready';

describe('what the resource owner’s pages refuse, and how', () => {
  const { database, service } = serviceForAllTests();
  let consumer: TestConsumer;
  let browser: TestBrowser;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ name: 'Printer', callbackUrls: [CALLBACK] });
  });
  beforeEach(() => {
    browser = new TestBrowser(service.publicBase);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(others.splice(0).map(({ stop }) => stop(0)));
  });

  const others: TestService[] = [];
  /** Starts another service on the same database and stops it after the test. */
  async function another(env: Record<string, string>): Promise<TestService> {
    const service = await startTestService(database.url, env);
    others.push(service);
    return service;
  }

  const authorize = (token: string) => `/oauth/auz/authorize?oauth_token=${token}`;
  const signIn = (on = browser) => on.press('Sign in', { filled: { 'User name': 'jane' } });

  it('cookies of the service’s names that it never set are not read, however large', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error');
    const cookie = ['é', ' a', '(', '']
      .map((odd) => `oauth10-sign-in-${odd}=${'x'.repeat(3_000)}`)
      .join('; ');
    const reply = await send({
      base: service.publicBase,
      target: '/oauth/auz/grants',
      headers: [['Cookie', Buffer.from(cookie).toString('latin1')]],
    });
    expect([reply.status, errors.mock.calls]).toEqual([200, []]);
  });

  it('a body in small chunks is answered once, and is no fault of the service', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error');
    const socket = connect(Number(new URL(service.publicBase).port), '127.0.0.1');
    let heard = '';
    socket.on('error', () => undefined).on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.write(
      'POST /oauth/auz/authorize HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
        `Transfer-Encoding: chunked\r\n\r\n${'1\r\na\r\n'.repeat(400)}`,
    );
    await new Promise((resolve) => socket.once('close', resolve));
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    expect(errors.mock.calls).toEqual([]);
  });

  it.each<[string, string, (token: string) => Promise<unknown>]>([
    [
      'expired',
      'This request has expired',
      (token) =>
        database.query('UPDATE temporary_credentials SET expires_at = now() WHERE token = $1', [
          token,
        ]),
    ],
    ['allowed', 'You have decided already', (token) => service.accept(token)],
    [
      'denied',
      'You have decided already',
      (token) => service.admin('POST', `/admin/authorization-requests/${token}/reject`),
    ],
    [
      'deleted with its consumer',
      'This link is not valid',
      (token) => database.query('DELETE FROM temporary_credentials WHERE token = $1', [token]),
    ],
  ])('a request that is %s: a page that says what to do', async (_, title, change) => {
    const { token } = await service.initiate(consumer, CALLBACK);
    await browser.open(authorize(token));
    await signIn();
    const consent = browser.page;
    await change(token);
    await browser.press('Allow');
    expect([browser.page.status, browser.title]).toEqual([400, title]);
    browser.page = consent;
    await browser.press('Deny');
    expect([browser.page.status, browser.title]).toEqual([400, title]);
    await browser.open(authorize(token));
    expect([browser.page.status, browser.title]).toEqual([400, title]);
    expect(browser.page.headers['location']).toBeUndefined();
    expect(browser.page.text).not.toContain(token);
  });

  it('a used request: the same, and the token stays', async () => {
    const temporary = await service.initiate(consumer);
    const verifier = await service.accept(temporary.token);
    await service.exchange(consumer, temporary, verifier);
    await browser.open(authorize(temporary.token));
    expect([browser.page.status, browser.title]).toEqual([400, 'This request has been used']);
  });

  it.each([
    ['disabled', 'consumer_disabled', { status: 'disabled' }],
    ['expired', 'consumer_disabled', { expiresAt: '2020-01-01T00:00:00Z' }],
    ['bereft of its callback', 'callback_not_registered', { callbackUrls: [] }],
  ])('a consumer that is %s meanwhile can’t be allowed, anywhere', async (_, code, change) => {
    const shut = await service.registerConsumer({ name: 'Printer', callbackUrls: [CALLBACK] });
    const { token } = await service.initiate(shut, CALLBACK);
    await browser.open(authorize(token));
    await signIn();
    await service.admin('PATCH', `/admin/consumers/${shut.consumerKey}`, change);
    await browser.press('Allow');
    const title = 'This application cannot be given access';
    expect([browser.page.status, browser.title]).toEqual([400, title]);
    await browser.open(authorize(token));
    expect([browser.page.status, browser.title]).toEqual([400, title]);
    const path = `/admin/authorization-requests/${token}`;
    const accepted = await service.admin('POST', `${path}/accept`, { subject: 'jane' });
    expect([accepted.status, accepted.json().code]).toEqual([409, code]);
    expect((await service.admin('POST', `${path}/reject`)).status).toBe(200);
  });

  it.each([
    ['GET', '/oauth/auz/decision', 'POST'],
    ['GET', '/oauth/auz/sign-in', 'POST'],
    ['GET', '/oauth/auz/sign-out', 'POST'],
    ['GET', '/oauth/auz/grants/revoke', 'POST'],
    ['POST', '/oauth/auz/grants', 'GET'],
  ])('%s %s: 405, and nothing is done', async (method, target, allow) => {
    const reply = method === 'GET' ? await browser.open(target) : await browser.post(target, []);
    expect([reply.status, reply.headers['allow']]).toEqual([405, allow]);
  });

  it.each([
    '/oauth/auz/',
    '/oauth/auz/authorize/',
    '/oauth/auz/authorize/x.css',
    '/oauth/auz/Grants',
    '/oauth/auz/%ff',
    '/oauth/auz/%',
    '/oauth/auz/grants/%c0%af',
  ])('%s: 404 as a page, kept nowhere', async (target) => {
    const reply = await browser.open(target);
    expect([reply.status, reply.headers['cache-control']]).toEqual([404, 'no-store']);
    expect(browser.title).toBe('There is no such page');
  });

  it('a form that is too long: 413', async () => {
    const reply = await browser.post('/oauth/auz/sign-in', [['user_name', 'x'.repeat(70_000)]]);
    expect([reply.status, browser.title]).toEqual([413, 'This form cannot be read']);
  });

  it('values of strangers are shown as text', async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'\`<%= it %>`;
    const { consumerKey, ...rest } = await service.registerConsumer({
      name: hostile,
      description: hostile,
      legalNotice: hostile,
      websiteUrl: `https://printer.example.com/?'<%25=7*7%25>`.replace(/[<>]/g, ''),
      callbackUrls: [CALLBACK],
    });
    const { token } = await service.initiate({ consumerKey, ...rest }, CALLBACK);
    await browser.open(authorize(token));
    await browser.press('Sign in', { filled: { 'User name': hostile } });
    expect(browser.title).toBe(`${hostile} asks for access`);
    expect(browser.page.text).not.toMatch(/<script|<img|onerror=alert\(1\)>[^&]/);
    expect(browser.text).toContain(`Signed in as ${hostile}`);
  });

  it('too many visits of one address: 429 with Retry-After, others go on', async () => {
    const narrow = await another({
      PAGES_RATE_LIMIT_PER_MINUTE: '6',
      TRUST_PROXY: '127.0.0.1',
    });
    const from = (address: string) =>
      new TestBrowser(narrow.publicBase, [['X-Forwarded-For', address]]);
    const busy = from('192.0.2.1');
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await busy.open('/oauth/auz/grants')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
    expect(Number(busy.page.headers['retry-after'])).toBeGreaterThan(0);
    expect(busy.title).toBe('Too many requests');
    expect((await from('192.0.2.2').open('/oauth/auz/grants')).status).toBe(200);
    // Addresses of one IPv6 /64 count as one. A form costs as much as three pages.
    const home = (n: number) => from(`2001:db8::${n}`);
    await home(1).post('/oauth/auz/sign-in', []);
    await home(2).post('/oauth/auz/sign-in', []);
    expect((await home(3).open('/oauth/auz/grants')).status).toBe(429);
  });

  it('production: no sign-in that takes any name, whatever is posted', async () => {
    const production = await another({ NODE_ENV: 'production' });
    const visitor = new TestBrowser(production.publicBase);
    // The services of a test file share their keys, so this one can serve the same consumer.
    const { token } = await production.initiate(consumer, CALLBACK);
    await visitor.open(authorize(token));
    expect([visitor.page.status, visitor.title]).toEqual([
      501,
      'Access cannot be granted here yet',
    ]);
    await visitor.post('/oauth/auz/sign-in', [['user_name', 'jane']], []);
    expect([visitor.page.status, visitor.title]).toEqual([404, 'There is no such page']);
    expect(visitor.cookies.size).toBe(0);
  });

  it('over https the cookie is __Host- and Secure, and Origin is held to the outer address', async () => {
    const { host } = new URL(service.publicBase);
    const behind = await another({ TRUST_PROXY: '127.0.0.1' });
    const secure = new TestBrowser(behind.publicBase, [
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', host],
    ]);
    const { token } = await behind.initiate(consumer, CALLBACK);
    await secure.open(authorize(token));
    const cookie = secure.page.headers['set-cookie'] ?? '';
    const [value, ...attributes] = cookie.split('; ');
    expect(value).toMatch(/^__Host-oauth10-sign-in-[\w-]{12}=[\w-]+$/);
    const always = ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'];
    expect(attributes.sort()).toEqual([...always.slice(0, 1), 'Max-Age=900', ...always.slice(1)]);
    const { fields } = secure.formWith('Sign in');
    const form: [string, string][] = [...fields, ['user_name', 'jane']];
    const wrong = await secure.post('/oauth/auz/sign-in', form, [['Origin', `http://${host}`]]);
    expect(wrong.status).toBe(403);
    const before = new Map(secure.cookies);
    await secure.post('/oauth/auz/sign-in', form, [['Origin', `https://${host}`]]);
    expect(secure.title).toBe('Printer asks for access');
    expect([...secure.cookies.keys()]).toEqual(['__Host-oauth10']);
    const { rawHeaders } = await send({
      base: behind.publicBase,
      method: 'POST',
      target: '/oauth/auz/sign-in',
      headers: [
        ['X-Forwarded-Proto', 'https'],
        ['Content-Type', 'application/x-www-form-urlencoded'],
        ['Cookie', [...before].map((pair) => pair.join('=')).join('; ')],
      ],
      body: new URLSearchParams(form).toString(),
    });
    const set = rawHeaders.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value);
    const kept = '; Path=/; HttpOnly; Secure; SameSite=Lax';
    expect(set.map((one) => one.replace(/=[^;]*/, ''))).toEqual([
      `__Host-oauth10${kept}`,
      expect.stringMatching(/^__Host-oauth10-sign-in-[\w-]{12}; Max-Age=0; Path=/),
    ]);
  });

  it('neither cookie, nor form token, nor verifier is logged, at its most talkative', async () => {
    const talkative = await startTestService(database.url, { LOG_LEVEL: 'trace' });
    let log = '';
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((chunk) => {
        log += String(chunk);
        return true;
      });
    }
    const { token } = await talkative.initiate(consumer, CALLBACK);
    const visitor = new TestBrowser(talkative.publicBase);
    await visitor.open(authorize(token));
    await signIn(visitor);
    const [formToken = ''] = visitor
      .formWith('Allow')
      .fields.map(([, value]) => value)
      .slice(1);
    const reply = await visitor.press('Allow');
    await visitor.post('/oauth/auz/decision', [['form_token', randomBytes(32).toString('hex')]]);
    await talkative.stop(0);
    jest.restoreAllMocks();
    const verifier = /oauth_verifier=(.*)/.exec(reply.headers['location'] ?? '')?.[1] ?? '';
    expect(verifier).not.toBe('');
    expect(log).not.toBe('');
    for (const secret of [verifier, formToken, token, ...visitor.cookies.values()]) {
      expect(log).not.toContain(secret);
    }
  });
});
