import axe from 'axe-core';
import { english } from '../../src/console/texts/english.js';
import { german } from '../../src/console/texts/german.js';
import { CHROMIUM, describeWith } from '../support/debian-tools.js';
import { ADMIN_API_KEY } from '../support/service.js';
import { consumer, file, token } from '../support/transfer-lines.js';
import {
  CONSOLE_PAGES,
  CONSOLE_SETTINGS,
  everyConsolePage,
  type ConsolePageName,
} from './every-console-page.js';
import { heading, openStage, watchedContext, type Stage } from './owner.js';

describeWith([CHROMIUM], 'the console in a browser', () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it.each([
    ['English', 'en-GB', english],
    ['German', 'de-DE', german],
  ])(
    'in %s axe finds nothing, light or dark; each page fits a desk and a phone, and is small',
    async (_, locale, texts) => {
      stage = await openStage(CONSOLE_SETTINGS);
      const { context, complaints } = await watchedContext(stage, { locale });
      const page = await context.newPage();
      const found: string[] = [];
      const looked: string[] = [];
      const show = async (name: ConsolePageName) => {
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
        for (const width of [1280, 360]) {
          await page.setViewportSize({ width, height: 800 });
          const isTooWide = 'document.documentElement.scrollWidth > window.innerWidth';
          if (await page.evaluate<boolean>(isTooWide))
            found.push(`${name} is too wide at ${width}`);
        }
        const octets = await page.evaluate<number>('document.documentElement.outerHTML.length');
        // axe does not change the page's size.
        if (octets > 60_000) found.push(`${name} has ${octets} characters`);
        looked.push(name);
      };
      await everyConsolePage(stage, page, show, texts);
      expect(found).toEqual([]);
      expect([...looked].sort()).toEqual(Object.keys(CONSOLE_PAGES).sort());
      expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
    },
  );

  it('without JavaScript, by keyboard alone: registers a consumer and rotates its secret', async () => {
    stage = await openStage();
    const context = await stage.chromium.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${stage.service.adminBase}/console/consumer-registration`);
    // Text typed before the page has set the focus would be lost.
    await page.locator('input:focus').waitFor();
    await page.keyboard.type(ADMIN_API_KEY);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console/consumer-registration');
    await page.getByLabel('Name', { exact: true }).focus();
    await page.keyboard.type('Typed');
    await page.keyboard.press('Enter');
    await page.getByRole('status').waitFor();
    expect(await heading(page)).toBe('Typed');
    const first = await page.locator('.secret code').nth(1).innerText();
    await page.getByRole('link', { name: 'Open the consumer' }).press('Enter');
    await page.getByRole('button', { name: 'Rotate secret' }).press('Enter');
    await page.getByRole('status').waitFor();
    const second = await page.locator('.secret code').innerText();
    expect([first.length > 20, second.length > 20, first === second]).toEqual([true, true, false]);
  });

  it('without JavaScript: imports a file of a megabyte, after a look', async () => {
    stage = await openStage();
    const context = await stage.chromium.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${stage.service.adminBase}/console/import`);
    await page.getByLabel('API key').fill(ADMIN_API_KEY);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console/import');
    const tokens = Array.from({ length: 10_000 }, (_, n) => token({ token: `t${n}` }));
    const buffer = Buffer.from(file(consumer(), ...tokens));
    expect(buffer.length).toBeGreaterThan(1_000_000);
    const chosen = { name: 'old.ndjson', mimeType: 'application/x-ndjson', buffer };
    await page.getByLabel('File', { exact: true }).setInputFiles(chosen);
    await page.getByRole('button', { name: 'Import file' }).press('Enter');
    expect(await page.getByRole('status').innerText()).toContain('To be taken over: 1 consumers');
    await page.getByLabel('File', { exact: true }).setInputFiles(chosen);
    await page.getByRole('button', { name: 'Import file' }).press('Enter');
    const done = page
      .getByRole('status')
      .filter({ hasText: 'Taken over: 1 consumers, 10000 tokens.' });
    await done.waitFor();
  });
});
