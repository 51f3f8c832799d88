import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { TestConsentApp } from '../support/consent-app.js';
import { CHROMIUM, describeWith } from '../support/debian-tools.js';
import { authorizeUrl, heading, openStage, watchedContext, type Stage } from './owner.js';

describeWith([CHROMIUM], 'the consent app of docs/examples/ in a browser', () => {
  let app: TestConsentApp;
  let stage: Stage;
  let context: BrowserContext;
  let complaints: string[];
  let page: Page;

  beforeAll(async () => {
    app = await TestConsentApp.reserve();
    stage = await openStage({ CONSENT_URL: app.url });
    const key = { name: 'Consent app', role: 'consent' };
    const reply = await stage.service.admin('POST', '/admin/api-keys', key);
    await app.start({ ADMIN_API: stage.service.adminBase, CONSENT_API_KEY: reply.json().key });
  });
  afterAll(async () => {
    await app.stop();
    await stage.close();
  });
  beforeEach(async () => {
    ({ context, complaints } = await watchedContext(stage));
    page = await context.newPage();
    stage.site.visits.length = 0;
  });
  afterEach(() => context.close());

  const arrive = async (callback?: string) => {
    const temporary = await stage.service.initiate(stage.consumer, callback);
    await page.goto(authorizeUrl(stage, temporary.token));
    expect(new URL(page.url()).origin).toBe(app.origin);
    return temporary;
  };
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

  it('allow: lands on the callback under the page’s policy, and the client finishes', async () => {
    const temporary = await arrive(stage.callback);
    expect(await heading(page)).toBe('Printer asks for access');
    await page.getByLabel('photos').uncheck();
    await press('Allow');
    await page.waitForURL(/\/ready/);
    const verifier = new URL(page.url()).searchParams.get('oauth_verifier') ?? '';
    expect((await stage.service.exchange(stage.consumer, temporary, verifier)).status).toBe(200);
    expect(complaints).toEqual([]);
  });

  it('another site’s form with all that it could know: refused', async () => {
    const { token } = await arrive(stage.callback);
    const formToken = await page.locator('[name=form_token]').getAttribute('value');
    stage.site.pages.set(
      '/prize',
      `<!doctype html><title>Prize</title><form method="post" action="${app.url}">
      <input type="hidden" name="oauth_token" value="${token}">
      <input type="hidden" name="form_token" value="${formToken}">
      <button name="decision" value="allow">Win</button></form>`,
    );
    for (const origin of [stage.site.foreignOrigin, stage.site.origin]) {
      await page.goto(`${origin}/prize`);
      await press('Win');
      expect(await heading(page)).toBe('This form is out of date');
    }
    const path = `/admin/authorization-requests/${token}`;
    expect((await stage.service.admin('GET', path)).json().status).toBe('pending');
  });

  it('axe finds nothing on its pages, light or dark', async () => {
    const found: string[] = [];
    const look = async (): Promise<void> => {
      await page.waitForLoadState();
      await page.evaluate(axe.source);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
        found.push(...violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`));
      }
    };
    await arrive();
    await look();
    await press('Allow');
    expect(await heading(page)).toBe('Access is allowed');
    await look();
    await page.goto(app.url);
    expect(await heading(page)).toBe('This link is not valid');
    await look();
    expect(found).toEqual([]);
  });
});
