import type { BrowserContext, Page } from 'playwright-core';
import { CHROMIUM, describeWith } from '../support/debian-tools.js';
import { eventually } from '../support/eventually.js';
import { authorizeUrl, heading, openStage, signIn, watchedContext, type Stage } from './owner.js';

describeWith([CHROMIUM], 'other web sites in the owner’s browser', () => {
  let stage: Stage;
  let context: BrowserContext;
  let complaints: string[];
  let page: Page;
  let token: string;

  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    ({ context, complaints } = await watchedContext(stage));
    page = await context.newPage();
    ({ token } = await stage.service.initiate(stage.consumer, stage.callback));
    await page.goto(authorizeUrl(stage, token));
    await signIn(page);
    expect(await heading(page)).toBe('Printer asks for access');
  });
  afterEach(() => context.close());

  const status = async (): Promise<string> =>
    (await stage.service.admin('GET', `/admin/authorization-requests/${token}`)).json().status;
  const origin = (kind: string) =>
    kind === 'another site' ? stage.site.foreignOrigin : stage.site.origin;

  // Another site does not send the cookie. Another port of the same site does.
  it.each(['another site', 'a neighbour of the same site'])(
    'a form on %s that knows even the form’s token: refused, nothing decided',
    async (kind) => {
      const formToken = await page
        .locator('form[action$=decision] [name=form_token]')
        .getAttribute('value');
      stage.site.pages.set(
        '/prize',
        `<!doctype html><title>Prize</title>
        <form method="post" action="${stage.service.publicBase}/oauth/auz/decision">
        <input type="hidden" name="oauth_token" value="${token}">
        <input type="hidden" name="form_token" value="${formToken}">
        <button name="decision" value="allow">Win</button></form>`,
      );
      await page.goto(`${origin(kind)}/prize`);
      await page.getByRole('button', { name: 'Win' }).click();
      expect(await heading(page)).toBe('This form is out of date');
      expect(await status()).toBe('pending');
    },
  );

  it.each(['another site', 'a neighbour of the same site'])(
    'a frame on %s shows nothing of the page',
    async (kind) => {
      const framed = `<!doctype html><title>Game</title><iframe src="${authorizeUrl(stage, token)}">`;
      stage.site.pages.set('/game', framed);
      await page.goto(`${origin(kind)}/game`);
      const complained = await eventually(
        () => Promise.resolve(complaints.join()),
        (text) => text.includes('frame-ancestors'),
      );
      expect(complained).toContain('frame-ancestors');
      const [, frame] = page.frames();
      expect(await frame?.getByRole('button').count()).toBe(0);
    },
  );

  it('a fetch by script with the owner’s cookies: no reading, nothing decided', async () => {
    await page.goto(stage.site.origin);
    const target = JSON.stringify(authorizeUrl(stage, token));
    const read = `fetch(${target}, { credentials: 'include' }).then(() => 'read', () => 'kept away')`;
    expect(await page.evaluate(read)).toBe('kept away');
    expect(await status()).toBe('pending');
  });

  it('the consumer’s web site does not learn the page’s address from its link', async () => {
    await page.goto(authorizeUrl(stage, token));
    await page.route('https://printer.example.com/**', (route) =>
      route.fulfill({ body: '<h1>About</h1>', contentType: 'text/html' }),
    );
    const asked = page.waitForRequest('https://printer.example.com/**');
    await page.getByRole('link', { name: 'https://printer.example.com/about' }).click();
    expect((await asked).headers()['referer']).toBeUndefined();
  });

  it('markup in names, descriptions and the owner’s own name is shown, and does nothing', async () => {
    const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script><a href=javascript:alert(3)>`;
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByRole('button', { name: 'Sign out' }).click();
    const consumer = await stage.service.registerConsumer({ name: hostile, description: hostile });
    const temporary = await stage.service.initiate(consumer);
    await page.goto(authorizeUrl(stage, temporary.token));
    await signIn(page, hostile);
    expect(await heading(page)).toBe(`${hostile} asks for access`);
    expect(await page.getByText(`Signed in as`).innerText()).toContain(hostile);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(dialogs).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
