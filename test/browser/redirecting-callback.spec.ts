import type { Page } from 'playwright-core';
import { CHROMIUM, describeWith } from '../support/debian-tools.js';
import { authorizeUrl, heading, openStage, signIn, watchedContext, type Stage } from './owner.js';

describeWith([CHROMIUM], 'a callback that redirects on to another site', () => {
  let stage: Stage;
  afterEach(() => stage.close());

  /** The owner allows. The callback then redirects to the same server under another site's name. */
  async function allowed(env: Record<string, string>): Promise<Page> {
    stage = await openStage(env);
    const { site, service, consumer, callback } = stage;
    site.redirects.set('/ready', `${site.foreignOrigin}/landed`);
    const { context } = await watchedContext(stage);
    const page = await context.newPage();
    const temporary = await service.initiate(consumer, callback);
    await page.goto(authorizeUrl(stage, temporary.token));
    await signIn(page);
    expect(await heading(page)).toBe('Printer asks for access');
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    return page;
  }

  it('is followed, since no policy of ours names the places', async () => {
    const page = await allowed({});
    await page.waitForURL(/\/landed/);
    expect(new URL(page.url()).origin).toBe(stage.site.foreignOrigin);
  });

  it('is blocked where PAGES_FORM_ACTION names others, and the page has a way on', async () => {
    const page = await allowed({ PAGES_FORM_ACTION: 'https://elsewhere.example.com' });
    const wayOn = page.getByRole('link', { name: 'go on from here' });
    await wayOn.click();
    expect(await heading(page)).toBe('You have decided already');
    await page.getByRole('link', { name: /^Go on to/ }).click();
    await page.waitForURL(/\/landed/);
    expect(stage.site.visits.some((visit) => /^\/ready\?.*oauth_verifier=/.test(visit))).toBe(true);
  });
});
