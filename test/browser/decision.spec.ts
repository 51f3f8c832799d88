import type { BrowserContext, Page } from 'playwright-core';
import { CHROMIUM, describeWith } from '../support/debian-tools.js';
import { credentialsIn, type TestCredentials } from '../support/service.js';
import { authorizeUrl, heading, openStage, signIn, watchedContext, type Stage } from './owner.js';

describeWith([CHROMIUM], 'RFC 5849 §2.2 in a browser: the owner decides', () => {
  let stage: Stage;
  let context: BrowserContext;
  let complaints: string[];
  let page: Page;
  let temporary: TestCredentials;

  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    ({ context, complaints } = await watchedContext(stage));
    page = await context.newPage();
    temporary = await stage.service.initiate(stage.consumer, stage.callback);
    stage.site.visits.length = 0;
  });
  afterEach(() => context.close());

  const open = (token = temporary.token) => page.goto(authorizeUrl(stage, token));
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const sent = () => new URL(page.url()).searchParams;

  /** Exchanges the verifier of the callback, and returns the scopes of the access token. */
  async function granted(): Promise<string[]> {
    const { service, consumer, database } = stage;
    const reply = await service.exchange(consumer, temporary, sent().get('oauth_verifier') ?? '');
    const sql = 'SELECT scopes FROM access_tokens WHERE token = $1';
    const rows = await database.query<{ scopes: string[] }>(sql, [credentialsIn(reply).token]);
    return rows[0]?.scopes ?? [];
  }

  it('allow: the browser lands on the callback, and the client finishes', async () => {
    await open();
    await signIn(page);
    expect(await heading(page)).toBe('Printer asks for access');
    await press('Allow');
    await page.waitForURL(/\/ready/);
    expect(await heading(page)).toBe('Back at Printer');
    expect([...sent().keys()]).toEqual(['from', 'oauth_token', 'oauth_verifier']);
    expect(await granted()).toEqual(['photos', 'profile']);
    expect(stage.site.visits).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('deny: the browser lands on the callback with the refusal', async () => {
    await open();
    await signIn(page);
    await press('Deny');
    await page.waitForURL(/\/ready/);
    expect([sent().get('oauth_token'), sent().get('oauth_problem')]).toEqual([
      temporary.token,
      'permission_denied',
    ]);
    expect(sent().has('oauth_verifier')).toBe(false);
  });

  it('an unticked scope is not granted', async () => {
    await open();
    await signIn(page);
    await page.getByRole('checkbox').first().uncheck();
    await press('Allow');
    await page.waitForURL(/\/ready/);
    expect(await granted()).toEqual(['profile']);
  });

  it('oob: the page shows a verifier that one click selects, and that the exchange takes', async () => {
    temporary = await stage.service.initiate(stage.consumer);
    await open();
    await signIn(page);
    await press('Allow');
    expect(await heading(page)).toBe('Access is allowed');
    await page.locator('.pin').click();
    const selected = await page.evaluate('getSelection().toString()');
    const reply = await stage.service.exchange(stage.consumer, temporary, String(selected).trim());
    expect(reply.status).toBe(200);
  });

  it('a request that expired while the page was open: an error page, no redirect', async () => {
    await open();
    await signIn(page);
    const sql = 'UPDATE temporary_credentials SET expires_at = now() WHERE token = $1';
    await stage.database.query(sql, [temporary.token]);
    await press('Allow');
    expect(await heading(page)).toBe('This request has expired');
    expect(stage.site.visits).toEqual([]);
  });

  it('two tabs: one decision, and the other tab is told', async () => {
    await open();
    await signIn(page);
    const other = await context.newPage();
    await other.goto(authorizeUrl(stage, temporary.token));
    await press('Deny');
    await page.waitForURL(/\/ready/);
    await other.getByRole('button', { name: 'Allow' }).click();
    expect(await heading(other)).toBe('You have decided already');
    expect(stage.site.visits).toHaveLength(1);
  });

  it('two tabs at once: one lands on the callback', async () => {
    await open();
    await signIn(page);
    const other = await context.newPage();
    await other.goto(authorizeUrl(stage, temporary.token));
    await Promise.all([
      press('Allow'),
      other.getByRole('button', { name: 'Allow', exact: true }).click(),
    ]);
    const headings = await Promise.all([heading(page), heading(other)]);
    expect(headings.sort()).toEqual(['Back at Printer', 'You have decided already']);
    expect(stage.site.visits).toHaveLength(1);
  });

  it('back after the decision: the page is asked for anew, and shows the decision', async () => {
    await open();
    await signIn(page);
    await press('Allow');
    await page.waitForURL(/\/ready/);
    await page.goBack();
    expect(await heading(page)).toBe('You have decided already');
    expect(await page.getByRole('button', { name: 'Allow' }).count()).toBe(0);
    expect(stage.site.visits).toHaveLength(1);
  });

  it('by keyboard alone: the name, a scope, and Allow', async () => {
    await open();
    // The page sets the focus with its first frame, slightly after it has loaded.
    await page.locator('#user-name:focus').waitFor();
    await page.keyboard.type('jane');
    await page.keyboard.press('Enter');
    await page.waitForSelector('fieldset');
    const focused = () => page.evaluate<string>('document.activeElement.value ?? ""');
    const tabTo = async (value: string): Promise<void> => {
      for (let presses = 0; presses < 12 && (await focused()) !== value; presses += 1) {
        await page.keyboard.press('Tab');
      }
      expect(await focused()).toBe(value);
      const outline = 'getComputedStyle(document.activeElement).outlineStyle';
      expect(await page.evaluate(outline)).toBe('solid');
    };
    await tabTo('photos');
    await page.keyboard.press('Space');
    await tabTo('allow');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/ready/);
    expect(await granted()).toEqual(['profile']);
  });

  it('without JavaScript, on a phone: the same', async () => {
    const viewport = { width: 360, height: 640 };
    const phone = await stage.chromium.newContext({ javaScriptEnabled: false, viewport });
    page = await phone.newPage();
    await open();
    await signIn(page);
    const { width } = (await page.locator('main').boundingBox()) ?? { width: 0 };
    expect(width).toBeLessThanOrEqual(360);
    await press('Allow');
    await page.waitForURL(/\/ready/);
    expect(await granted()).toEqual(['photos', 'profile']);
    await phone.close();
  });

  it('“Your connections” shows the access token, and takes it back', async () => {
    const { service, consumer } = stage;
    const credentials = await service.accessToken(consumer, 'ruth');
    await page.goto(`${service.publicBase}/oauth/auz/grants`);
    await signIn(page, 'ruth');
    await page.getByRole('button', { name: 'Take back access from' }).click();
    await page.getByRole('status').waitFor();
    expect(await page.getByRole('listitem').count()).toBe(0);
    const target = '/oauth/oauth10/echo';
    const reply = await service.signed({ method: 'GET', target, ...consumer, ...credentials });
    expect(reply.form()['oauth_problem']).toBe('token_revoked');
  });
});
