import axe from 'axe-core';
import { CHROMIUM, describeWith } from '../support/debian-tools.js';
import { everyPage, PAGES } from './every-page.js';
import { openStage, watchedContext, type Stage } from './owner.js';

describeWith([CHROMIUM], 'the resource owner’s pages are for everybody', () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it('axe finds nothing on any page, light or dark', async () => {
    stage = await openStage();
    const { context, complaints } = await watchedContext(stage);
    const page = await context.newPage();
    const found: string[] = [];
    const looked: string[] = [];
    await everyPage(stage, page, async (name) => {
      await page.waitForLoadState();
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
    });
    expect(found).toEqual([]);
    expect([...looked].sort()).toEqual(Object.keys(PAGES).sort());
    // Pages that refuse are answered with 4xx, which Chromium notes down; policies were kept.
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
