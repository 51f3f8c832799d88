import { ApiKeys } from '../../src/callers/api-keys.js';
import { RotateConsumerSecret } from '../../src/consumers/rotate-consumer-secret.js';
import { StoreUnavailable } from '../../src/failures/store-unavailable.js';
import type { TestBrowser } from '../support/browser.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { keyOf, linkOn, secretOn, signedInStaff } from '../support/staff.js';

const MARKUP = '<script>alert(1)</script>"\'<img src=x onerror=alert(2)>';

describe('the console: consumers', () => {
  const { service } = serviceForAllTests();
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await signedInStaff(service);
  });

  const found = async (consumerKey: string) =>
    (await service.admin('GET', `/admin/consumers/${encodeURIComponent(consumerKey)}`)).json();
  const echo = async (consumerKey: string, consumerSecret: string) =>
    (
      await service.signed({
        method: 'GET',
        target: '/oauth/oauth10/echo',
        consumerKey,
        consumerSecret,
      })
    ).status;

  it('registers one, shows its secret once, and what was registered can sign', async () => {
    await browser.open('/console/');
    await browser.open(linkOn(browser, 'Register consumer'));
    await browser.press('Register consumer', {
      filled: {
        Name: 'Printer',
        'Callback URLs': 'https://printer.example.com/ready\r\nhttps://printer.example.com/two',
        Scopes: 'photos\nprofile',
        'Requests without a token (two-legged)': 'true',
        Labels: 'team=print\ntier = gold',
      },
    });
    expect([browser.page.status, browser.title]).toEqual([201, 'Printer']);
    const consumerKey = secretOn(browser, 'Consumer key');
    const consumerSecret = secretOn(browser, 'Consumer secret');
    expect(await found(consumerKey)).toMatchObject({
      name: 'Printer',
      callbackUrls: ['https://printer.example.com/ready', 'https://printer.example.com/two'],
      scopes: ['photos', 'profile'],
      signatureMethods: ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512'],
      labels: { team: 'print', tier: 'gold' },
      accessTokenTtlSeconds: null,
      expiresAt: null,
    });
    expect(await echo(consumerKey, consumerSecret)).toBe(200);
    await browser.open(linkOn(browser, 'Open the consumer'));
    expect(browser.page.text).not.toContain(consumerSecret);
    const record = await service.admin('GET', `/admin/audit-events?target=${consumerKey}`);
    expect(record.json<{ items: object[] }>().items).toEqual([
      expect.objectContaining({ actor: 'ADMIN_API_KEY', action: 'consumer.register' }),
    ]);
  });

  it('says what is wrong beside the field, by the rules of the admin API, and keeps what was typed', async () => {
    await browser.open('/console/consumer-registration');
    await browser.press('Register consumer', {
      filled: {
        Name: ' ',
        'Callback URLs': 'https://printer.example.com/ready\njavascript:alert(1)',
        'Life of its access tokens in seconds': 'soon',
        Description: MARKUP,
      },
    });
    expect(browser.page.status).toBe(400);
    const fault = (name: string) =>
      new RegExp(`id="f-1-${name}-fault">([^<]*)<`).exec(browser.page.text)?.[1];
    expect(fault('name')).toMatch(/must have 1 to 200 characters/);
    expect(fault('callbackUrls')).toMatch(/^2: can/);
    expect(fault('accessTokenTtlSeconds')).toMatch(/must be a whole number/);
    expect(fault('scopes')).toBeUndefined();
    expect(browser.page.text).toMatch(/<details open>/);
    expect(browser.page.text).not.toContain('<script>alert');
    expect(new Map(browser.formWith('Register consumer').fields).get('description')).toBe(MARKUP);
  });

  it('a key that is taken is told beside it', async () => {
    const { consumerKey } = await service.registerConsumer();
    await browser.open('/console/consumer-registration');
    await browser.press('Register consumer', {
      filled: { Name: 'Twice', 'Own consumer key': consumerKey },
    });
    expect(browser.page.status).toBe(400);
    expect(browser.text).toContain('belongs to another consumer');
  });

  it('lists, searches and goes on by pages', async () => {
    for (let n = 0; n < 51; n += 1) await service.registerConsumer({ name: `Many ${n}` });
    await browser.open('/console/consumers');
    await browser.open('/console/consumers?q=many&status=active');
    expect(browser.text).toContain('Many 49');
    expect(browser.text).not.toContain('Many 50');
    await browser.open(linkOn(browser, 'Next page'));
    expect(browser.text).toContain('Many 50');
    expect(browser.text).not.toContain('Many 49');
    await browser.open(linkOn(browser, 'Many 50'));
    expect(browser.title).toBe('Many 50');
    expect((await browser.open('/console/consumers?cursor=x')).status).toBe(400);
  });

  it('edits one: a form as it stands changes nothing, and a stale one is not followed', async () => {
    const { consumerKey } = await service.registerConsumer({
      description: 'One\nTwo',
      labels: { a: 'b', 'k=v\\': 'c=d\\=', '=': '', '\\\\': '\\' },
      signatureMethods: ['HMAC-SHA256'],
      compatibility: ['form_reply'],
      expiresAt: '2099-01-01T00:00:00Z',
    });
    const before = await found(consumerKey);
    const page = `/console/consumers/${consumerKey}`;
    await browser.open(`${page}/edit`);
    await browser.press('Save');
    expect(browser.text).toContain('Saved.');
    expect({ ...(await found(consumerKey)), updatedAt: '' }).toEqual({ ...before, updatedAt: '' });
    await browser.open(`${page}/edit`);
    await service.admin('PATCH', `/admin/consumers/${consumerKey}`, { name: 'Meanwhile' });
    await browser.press('Save', { filled: { Name: 'Mine' } });
    expect(browser.page.status).toBe(409);
    expect(browser.text).toContain('Somebody else has changed the consumer');
    await browser.press('Save', { filled: { Name: 'Mine' } });
    expect((await found(consumerKey)).name).toBe('Mine');
    await browser.open(`${page}/edit`);
    await browser.press('Save', { filled: { Scopes: 'a b' } });
    expect(browser.page.status).toBe(400);
  });

  it('shows a new secret or key even where the rest of the page is in trouble', async () => {
    const { consumerKey } = await service.registerConsumer({ twoLegged: true });
    await browser.open(`/console/consumers/${consumerKey}`);
    const standing = jest
      .spyOn(RotateConsumerSecret.prototype, 'standing')
      .mockRejectedValueOnce(new StoreUnavailable());
    await browser.press('Rotate secret', { filled: { Overlap: '0' } });
    expect(standing).toHaveBeenCalledTimes(1);
    standing.mockRestore();
    expect(browser.page.status).toBe(200);
    expect(await echo(consumerKey, secretOn(browser, 'Consumer secret'))).toBe(200);

    await browser.open('/console/api-keys');
    const page = jest
      .spyOn(ApiKeys.prototype, 'page')
      .mockRejectedValueOnce(new StoreUnavailable());
    await browser.press('Create API key', { filled: { Name: 'kept' } });
    expect(page).toHaveBeenCalledTimes(1);
    page.mockRestore();
    expect(browser.page.status).toBe(201);
    expect(secretOn(browser, 'API key')).toMatch(/^\S{20,}$/);
  });

  it('rotates the secret: both hold during the overlap, which ends early only by force', async () => {
    const { consumerKey, consumerSecret } = await service.registerConsumer({ twoLegged: true });
    await browser.open(`/console/consumers/${consumerKey}`);
    await browser.press('Rotate secret', { filled: { Overlap: '3600' } });
    expect(browser.page.status).toBe(200);
    const second = secretOn(browser, 'Consumer secret');
    expect([await echo(consumerKey, consumerSecret), await echo(consumerKey, second)]).toEqual([
      200, 200,
    ]);
    await browser.press('Rotate secret', { filled: { Overlap: '0' } });
    expect(browser.page.status).toBe(409);
    await browser.press('Rotate secret', {
      filled: { Overlap: '0', 'End an overlap that is still running': 'true' },
    });
    const third = secretOn(browser, 'Consumer secret');
    expect([await echo(consumerKey, second), await echo(consumerKey, third)]).toEqual([401, 200]);
  });

  it('disables and enables', async () => {
    const { consumerKey } = await service.registerConsumer();
    await browser.open(`/console/consumers/${consumerKey}`);
    await browser.press('Disable');
    expect(browser.text).toContain('The consumer is disabled.');
    expect((await found(consumerKey)).status).toBe('disabled');
    await browser.press('Enable');
    expect((await found(consumerKey)).status).toBe('active');
  });

  it('deletes only who types the key', async () => {
    const { consumerKey } = await service.registerConsumer();
    await browser.open(`/console/consumers/${consumerKey}`);
    await browser.press('Delete', { filled: { 'Consumer key to confirm': 'another' } });
    expect(browser.page.status).toBe(400);
    await browser.press('Delete', { filled: { 'Consumer key to confirm': consumerKey } });
    expect([browser.title, browser.text]).toEqual([
      'Consumers',
      expect.stringContaining('The consumer was deleted.'),
    ]);
    expect((await browser.open(`/console/consumers/${consumerKey}`)).status).toBe(404);
  });

  it.each(['new', 'edit', 'a/b', 'a?b#c', 'ünïcode %41', '<b>', "o'brien"])(
    'a consumer may have the key %j',
    async (consumerKey) => {
      await service.registerConsumer({ consumerKey, name: MARKUP, description: MARKUP });
      await browser.open(`/console/consumers?q=${encodeURIComponent(consumerKey)}`);
      expect(browser.page.text).not.toContain('<script>alert');
      await browser.open(
        linkOn(browser, consumerKey.replace('<b>', '&lt;b&gt;').replace("'", '&#39;')),
      );
      expect([browser.page.status, browser.title]).toEqual([200, MARKUP]);
      expect(browser.page.text).not.toContain('<script>alert');
      await browser.press('Disable');
      expect((await found(consumerKey)).status).toBe('disabled');
    },
  );

  it('the head of Created leads to the reverse order, from its first page, under the same filters', async () => {
    for (const name of ['Sorted 1', 'Sorted 2', 'Sorted 3']) {
      await service.registerConsumer({ name });
    }
    const sort = () => /<th[^>]*aria-sort="(\w+)"/.exec(browser.page.text)?.[1];
    const shown = () => browser.text.match(/Sorted \d/g);
    await browser.open('/console/consumers?q=sorted&limit=2');
    expect([sort(), shown()]).toEqual(['ascending', ['Sorted 1', 'Sorted 2']]);
    await browser.open(linkOn(browser, 'Next page'));
    expect([sort(), shown()]).toEqual(['ascending', ['Sorted 3']]);
    await browser.open(linkOn(browser, 'Created'));
    expect([sort(), shown()]).toEqual(['descending', ['Sorted 3', 'Sorted 2']]);
    await browser.open(linkOn(browser, 'Created'));
    expect([sort(), shown()]).toEqual(['ascending', ['Sorted 1', 'Sorted 2']]);
  });

  it('an auditor sees all of it and no button, and gets 403 from the address', async () => {
    const { consumerKey } = await service.registerConsumer();
    const auditor = await signedInStaff(service, { key: (await keyOf(service, 'auditor')).key });
    for (const target of ['/console/', '/console/consumers', `/console/consumers/${consumerKey}`]) {
      expect((await auditor.open(target)).status).toBe(200);
      expect(auditor.page.text).not.toMatch(/Register consumer|Rotate secret|>Disable<|>Delete</);
    }
    const [, token = ''] = auditor.formWith('Sign out').buttons.get('Sign out')?.[0] ?? [];
    for (const target of [
      '/console/consumer-registration',
      `/console/consumers/${consumerKey}/edit`,
    ]) {
      expect((await auditor.open(target)).status).toBe(403);
    }
    for (const [where, field, value] of [
      ['secret', 'overlapSeconds', '0'],
      ['status', 'status', 'disabled'],
      ['delete', 'confirm', consumerKey],
    ] as const) {
      const reply = await auditor.post(`/console/consumers/${consumerKey}/${where}`, [
        ['form_token', token],
        [field, value],
      ]);
      expect(reply.status).toBe(403);
    }
    expect((await found(consumerKey)).status).toBe('active');
  });
});
