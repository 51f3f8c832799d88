import { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestBrowser } from '../support/browser.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { signRequest } from '../support/signing-client.js';
import { linkOn, secretOn, signedInStaff } from '../support/staff.js';

describe('the console: tokens, the record, keys, scopes, signatures', () => {
  const { service } = serviceForAllTests({
    PLATFORM_TOKEN_ISSUER: 'https://auth.example.com',
    PLATFORM_TOKEN_AUDIENCE: 'https://api.example.com',
  });
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await signedInStaff(service);
  });

  const echo = async (credentials: object) =>
    (
      await service.signed({
        method: 'GET',
        target: '/oauth/oauth10/echo',
        ...(credentials as { consumerKey: string; consumerSecret: string }),
      })
    ).status;

  it('mints a token, shows its secret once; finds it by subject; Revoke ends it', async () => {
    const consumer = await service.registerConsumer({ name: 'Printer' });
    await browser.open(`/console/tokens?consumerKey=${consumer.consumerKey}`);
    expect(browser.text).toContain('There is no token that fits.');
    await browser.open(linkOn(browser, 'Mint token'));
    await browser.press('Mint token', { filled: { 'Scopes, one a line': 'nonsense' } });
    expect(browser.page.status).toBe(400);
    await browser.press('Mint token', {
      filled: { Subject: 'jane doe', 'Scopes, one a line': 'photos' },
    });
    expect(browser.page.status).toBe(201);
    const token = secretOn(browser, 'Token');
    const tokenSecret = secretOn(browser, 'Token secret');
    expect(await echo({ ...consumer, token, tokenSecret })).toBe(200);

    await browser.open('/console/tokens?subject=jane+doe');
    await browser.open(linkOn(browser, 'Revoke'));
    expect(browser.text).toContain('can’t act for jane doe');
    await browser.press('Revoke');
    expect(browser.text).toContain('The token is revoked.');
    expect(await echo({ ...consumer, token, tokenSecret })).toBe(401);
  });

  it('revokes all tokens of a consumer', async () => {
    const consumer = await service.registerConsumer();
    const [one, two] = [
      await service.accessToken(consumer, 'jane'),
      await service.accessToken(consumer, 'joe'),
    ];
    await browser.open(`/console/tokens?consumerKey=${consumer.consumerKey}&status=active`);
    expect(browser.page.text).not.toContain(one.tokenSecret);
    // A filter that is sent twice must not be ignored.
    const { action, fields } = browser.formWith('Revoke all');
    const twice = await browser
      .newTab()
      .post(action, [...fields, ['consumerKey', 'another'], ['subject', 'jane']]);
    expect(twice.status).toBe(400);
    await browser.press('Revoke all');
    expect(browser.text).toContain('Revoked: 2.');
    expect([await echo({ ...consumer, ...one }), await echo({ ...consumer, ...two })]).toEqual([
      401, 401,
    ]);
    await browser.open('/console/tokens');
    expect(browser.page.text).not.toContain('Revoke all');
  });

  it('a download of the record ends in order', async () => {
    // An error after the end would destroy the response and cut off data that a slow reader has not read yet.
    const destroy = jest.spyOn(ServerResponse.prototype, 'destroy');
    const reply = await browser.newTab().open('/console/audit-events/download');
    await sleep(100);
    const cut = destroy.mock.calls.length;
    destroy.mockRestore();
    expect([reply.status, cut]).toEqual([200, 0]);
    const lines = reply.text.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ id: expect.any(Number) });
  });

  it('shows the record newest first, by filters and pages, of one consumer too, and its chain', async () => {
    const { consumerKey } = await service.registerConsumer({ name: 'Recorded' });
    await service.admin('PATCH', `/admin/consumers/${consumerKey}`, { name: '<b>Bold</b>' });
    await browser.open(`/console/consumers/${consumerKey}`);
    await browser.open(linkOn(browser, 'Audit'));
    await browser.open(`/console/audit-events?target=${consumerKey}`);
    expect(browser.text).toMatch(/consumer\.change.*consumer\.register/);
    expect(browser.page.text).not.toContain('<b>Bold');
    await browser.open('/console/audit-events?limit=1');
    expect(browser.text).toContain('consumer.change');
    await browser.open(linkOn(browser, 'Next page'));
    expect(browser.text).toContain('consumer.register');
    await browser.press('Verify the chain');
    expect(browser.text).toMatch(/Verified up to event \d+\./);
    await browser.open('/console/audit-events?from=yesterday');
    expect(browser.page.status).toBe(400);
  });

  it('hands the record out as NDJSON, whole and in order', async () => {
    await browser.open('/console/audit-events');
    const { headers, text } = await browser.open(linkOn(browser, 'Download as NDJSON'));
    expect(headers['content-type']).toBe('application/x-ndjson');
    const ids = text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: number }).id);
    expect(ids).toEqual(ids.map((_, at) => at + 1));
    expect(ids.length).toBeGreaterThan(5);
  });

  it('makes an API key, shows it once, and deletes it', async () => {
    await browser.open('/console/api-keys');
    await browser.press('Create API key', {
      filled: { Name: 'Auditors', 'Expires at': 'tomorrow' },
    });
    expect(browser.page.status).toBe(400);
    await browser.press('Create API key', { filled: { 'Expires at': '' } });
    expect(browser.page.status).toBe(201);
    const key = secretOn(browser, 'API key');
    const status = async () =>
      (
        await send({
          base: service.adminBase,
          target: '/admin/consumers',
          headers: [['Authorization', `Bearer ${key}`]],
        })
      ).status;
    expect(await status()).toBe(200);
    await browser.open('/console/api-keys');
    expect(browser.page.text).not.toContain(key);
    await browser.open(linkOn(browser, 'Delete'));
    expect(browser.text).toContain('Whatever uses Auditors');
    await browser.press('Delete');
    expect(browser.text).toContain('The key was deleted.');
    expect(await status()).toBe(401);
  });

  it('describes a scope, and takes the words back', async () => {
    await browser.open('/console/scopes');
    await browser.press('Describe scope', { filled: { Scope: 'photos' } });
    expect(browser.page.status).toBe(400);
    await browser.press('Describe scope', { filled: { Scope: 'photos', Title: 'See photos' } });
    expect(browser.text).toContain('See photos');
    await browser.open(linkOn(browser, 'photos'));
    await browser.press('Delete description');
    expect(browser.text).toContain('No scope is described yet.');
  });

  it('lists and rotates signing keys', async () => {
    await browser.open('/console/signing-keys');
    await browser.press('Rotate signing key');
    const reply = await service.admin('GET', '/admin/signing-keys');
    const { items } = reply.json<{ items: { kid: string }[] }>();
    expect(items).toHaveLength(2);
    for (const { kid } of items) expect(browser.page.text).toContain(kid);
  });

  it('imports: a faulty line is told with its number, a dry run changes nothing', async () => {
    const line = (name: string, more = {}) =>
      JSON.stringify({ type: 'consumer', consumerKey: name, consumerSecret: 's', name, ...more });
    const isThere = async (key: string) =>
      (await service.admin('GET', `/admin/consumers/${key}`)).status;
    await browser.open('/console/consumers');
    await browser.open(linkOn(browser, 'Import'));
    const wrong = [line('brought'), line('wrong', { scopes: 7 })].join('\r\n');
    await browser.press('Import', { filled: { Lines: wrong }, unticked: ['true'] });
    expect(browser.page.status).toBe(400);
    expect(browser.text).toMatch(/Nothing was imported\..* 2 \/scopes must be a list/);
    expect(await isThere('brought')).toBe(404);
    await browser.open('/console/import');
    await browser.press('Import', { filled: { Lines: line('brought') } });
    expect(browser.text).toContain('To be taken over: 1 consumers');
    expect(await isThere('brought')).toBe(404);
    await browser.press('Import');
    expect(browser.text).toContain('Taken over: 1 consumers');
    expect(await isThere('brought')).toBe(200);
  });

  describe('Check signature', () => {
    const raw = (request: ReturnType<typeof signRequest>) =>
      [
        `${request.method} ${request.target} HTTP/1.1`,
        'Host: api.example.com',
        ...request.headers.map(([name, value]) => `${name}: ${value}`),
        '',
        request.body ?? '',
      ].join('\r\n');
    const check = async (request: string, more: Record<string, string> = {}) => {
      await browser.open('/console/signature-check');
      return browser.press('Check signature', { filled: { Request: request, ...more } });
    };

    it('a request that holds, and the base string', async () => {
      const consumer = await service.registerConsumer({ twoLegged: true });
      const signed = signRequest({
        method: 'GET',
        url: 'https://api.example.com/photos?size=1%202',
        ...consumer,
      });
      for (let n = 0; n < 2; n += 1) {
        expect((await check(raw(signed))).status).toBe(200);
        expect(browser.text).toContain('The signature holds.');
      }
      expect(browser.text).toContain('GET&https%3A%2F%2Fapi.example.com%2Fphotos&');
      expect(browser.page.text).not.toContain(consumer.consumerSecret);
    });

    it('one that does not: the hint, and the first difference of both base strings marked', async () => {
      const consumer = await service.registerConsumer({ twoLegged: true });
      const signed = signRequest({
        method: 'GET',
        url: 'http://api.example.com/photos',
        ...consumer,
      });
      await check(raw(signed));
      expect(browser.text).toContain('The signature does not hold.');
      expect(browser.text).toContain('scheme_differs');
      await check(raw(signed), {
        'Base string of the client, if you have it': 'GET&http%3A%2F%2Fapi.example.com%2Fphotos',
      });
      expect(browser.page.text).toContain('GET&amp;http<mark>s</mark>');
      expect(browser.page.text).toContain('GET&amp;http<mark>%</mark>3A');
    });

    it.each(['', 'nonsense', 'GET / HTTP/1.1\r\n\r\n', '<script>alert(1)</script>'])(
      'what is no request (%j) is told with its line',
      async (request) => {
        expect((await check(request)).status).toBe(400);
        expect(browser.text).toMatch(/Line \d+:/);
        expect(browser.page.text).not.toContain('<script>alert');
      },
    );
  });
});
