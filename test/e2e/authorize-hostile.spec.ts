import { TestBrowser } from '../support/browser.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

const AUTHORIZE = '/oauth/auz/authorize';

describe('contract section 5: what no browser of an owner would send', () => {
  const { service } = serviceForAllTests();
  let consumer: TestConsumer;
  let token: string;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ name: 'Printer' });
    ({ token } = await service.initiate(consumer));
  });

  const ask = (method: string, target: string, body?: string, contentType?: string) =>
    send({
      base: service.publicBase,
      method,
      target,
      body,
      headers: contentType === undefined ? [] : [['Content-Type', contentType]],
    });

  it.each(['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND'])(
    '%s: 405 with Allow: GET, POST',
    async (method) => {
      const { status, headers } = await ask(method, `${AUTHORIZE}?oauth_token=${token}`);
      expect([status, headers['allow']]).toEqual([405, 'GET, POST']);
      expect([headers['location'], headers['set-cookie']]).toEqual([undefined, undefined]);
    },
  );

  it.each([
    ['none', ''],
    ['an empty one', '?oauth_token='],
    ['two', (it: string) => `?oauth_token=${it}&oauth_token=${it}`],
    ['one and another', (it: string) => `?oauth_token=${it}&oauth_token=x`],
    ['NUL', '?oauth_token=%00'],
    ['NUL behind', (it: string) => `?oauth_token=${it}%00`],
    ['no UTF-8', '?oauth_token=%ff%fe'],
    ['a lone surrogate', '?oauth_token=%ed%a0%80'],
    ['a broken escape', '?oauth_token=%zz'],
    ['10 kB', `?oauth_token=${'x'.repeat(10_000)}`],
    ['300 parameters', (it: string) => `?oauth_token=${it}${'&a=b'.repeat(300)}`],
    ['markup', '?oauth_token=%3Cscript%3Ealert(1)%3C/script%3E'],
    ['a quote for the database', `?oauth_token=%27%20OR%201=1--`],
    ['an access token', async () => `?oauth_token=${(await service.accessToken(consumer)).token}`],
  ])('oauth_token: %s: a page that says so, 400, never a redirect', async (_, query) => {
    const text = typeof query === 'string' ? query : await query(token);
    const reply = await ask('GET', AUTHORIZE + text);
    expect([reply.status, reply.headers['location']]).toEqual([400, undefined]);
    expect(reply.text).toContain('<h1>This link is not valid</h1>');
    expect(reply.text).not.toMatch(/<script>alert/);
    expect(reply.headers['content-security-policy']).toContain(`frame-ancestors 'none'`);
  });

  it.each([
    ['multipart', 'multipart/form-data; boundary=b', '--b\r\n\r\nx\r\n--b--\r\n', 400],
    ['JSON', 'application/json', '{"oauth_token":"x"}', 400],
    ['no type', '', 'oauth_token=x', 400],
    ['a body of 70 kB', 'application/x-www-form-urlencoded', 'a='.padEnd(70_000, 'x'), 413],
  ])('POST of %s: refused as a page', async (_, contentType, body, status) => {
    const reply = await ask('POST', AUTHORIZE, body, contentType);
    expect([reply.status, reply.headers['content-type']]).toEqual([
      status,
      'text/html; charset=utf-8',
    ]);
    for (const target of ['decision', 'sign-in', 'sign-out', 'grants/revoke']) {
      const refused = await ask('POST', `/oauth/auz/${target}`, body, contentType);
      expect([target, refused.status]).toEqual([target, status === 413 ? 413 : 403]);
    }
  });

  it('a form with Content-Encoding: 415', async () => {
    const headers = [['Content-Encoding', 'gzip']] as const;
    const request = { base: service.publicBase, method: 'POST', target: AUTHORIZE, body: 'x' };
    expect((await send({ ...request, headers })).status).toBe(415);
  });

  it.each([
    ['10 kB', 'x'.repeat(10_000)],
    ['a control character', 'Printer\u0007'],
    ['NUL', 'Prin\0ter'],
    ['two lines', 'Printer\nRegistered by nobody'],
    ['a right-to-left override', 'Printer\u202egnp.exe'],
    ['an isolate that never ends', '\u2067Printer'],
  ])('a consumer can’t be called %s', async (_, name) => {
    const reply = await service.admin('POST', '/admin/consumers', { name });
    expect([reply.status, reply.json().code]).toEqual([400, 'validation_failed']);
  });

  it('a subject with marks of the reading order stays within its own words', async () => {
    const browser = new TestBrowser(service.publicBase);
    await browser.open(`${AUTHORIZE}?oauth_token=${token}`);
    await browser.press('Sign in', { filled: { 'User name': 'jane\u202e' } });
    expect(browser.page.text).toContain('Signed in as \u2068jane');
  });

  it('forty scopes and a long name: under 30 kB', async () => {
    const scopes = Array.from({ length: 40 }, (_, n) => `https://api.example.com/scopes/${n}.read`);
    const wide = await service.registerConsumer({ name: 'W'.repeat(200), scopes });
    const temporary = await service.initiate(wide);
    const browser = new TestBrowser(service.publicBase);
    await browser.open(`${AUTHORIZE}?oauth_token=${temporary.token}`);
    await browser.press('Sign in', { filled: { 'User name': 'jane' } });
    expect(browser.page.text.match(/type="checkbox"/g)).toHaveLength(40);
    expect(Buffer.byteLength(browser.page.text)).toBeLessThan(30_000);
  });
});
