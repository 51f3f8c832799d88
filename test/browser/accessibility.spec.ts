import axe from 'axe-core';
import { english } from '../../src/authorization/texts/english.js';
import { german } from '../../src/authorization/texts/german.js';
import { CHROMIUM, describeWith } from '../support/debian-tools.js';
import { everyPage, PAGES, type PageName } from './every-page.js';
import { openStage, watchedContext, type Stage } from './owner.js';

describeWith([CHROMIUM], 'the resource owner’s pages are for everybody', () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it.each([
    ['English', 'en-GB', english],
    ['German', 'de-DE', german],
  ])('axe finds nothing on any page, in %s, light or dark', async (_, locale, texts) => {
    stage = await openStage();
    const { context, complaints } = await watchedContext(stage, { locale });
    const page = await context.newPage();
    const found: string[] = [];
    const looked: string[] = [];
    const show = async (name: PageName) => {
      await page.waitForLoadState();
      expect(await page.locator('html').getAttribute('lang')).toBe(texts.lang);
      await page.evaluate(axe.source);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations, passes } = await page.evaluate<axe.AxeResults>('axe.run()');
        expect(passes.some(({ id }) => id === 'color-contrast')).toBe(true);
        for (const { id, nodes } of violations) {
          found.push(`${name}, ${colorScheme}: ${id} ${nodes.map(({ html }) => html).join(' ')}`);
        }
      }
      looked.push(name);
    };
    await everyPage(stage, page, show, texts);
    expect(found).toEqual([]);
    expect([...looked].sort()).toEqual(Object.keys(PAGES).sort());
    // Chromium reports error pages with status 4xx as failed loads. Violations of the policy have other messages.
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  });

  it('a page that breaks a rule is found', async () => {
    stage = await openStage();
    const { context } = await watchedContext(stage);
    const page = await context.newPage();
    await page.goto(`${stage.service.publicBase}/oauth/auz/grants`);
    await page.evaluate(
      'document.querySelector("label").remove(); document.documentElement.lang=""',
    );
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    expect(violations.map(({ id }) => id)).toEqual(['html-has-lang', 'label']);
  });
});
