import { CHROMIUM, describeWith } from '../support/debian-tools.js';
import { TestIssuer } from '../support/oidc-issuer.js';
import { credentialsIn } from '../support/service.js';
import { authorizeUrl, heading, openStage, watchedContext, type Stage } from './owner.js';

describeWith([CHROMIUM], 'the owner signs in by OpenID Connect in a browser', () => {
  let issuer: TestIssuer;
  let stage: Stage;
  beforeAll(async () => {
    issuer = await TestIssuer.reserve();
    stage = await openStage(issuer.env);
    await issuer.start(stage.service.publicBase);
  });
  afterAll(async () => {
    await issuer.stop();
    await stage.close();
  });

  it('cancels, tries again, signs in, allows; the client finishes with an access token', async () => {
    const { service, consumer, database } = stage;
    const { context, complaints } = await watchedContext(stage);
    const page = await context.newPage();
    const temporary = await service.initiate(consumer, stage.callback);

    await page.goto(authorizeUrl(stage, temporary.token));
    expect(await heading(page)).toBe('Example ID');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await heading(page)).toBe('You were not signed in');
    await page.getByRole('link', { name: 'Try again' }).click();
    await page.getByLabel('Account').fill('id-7');
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await heading(page)).toBe('Printer asks for access');
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/ready/);

    const verifier = new URL(page.url()).searchParams.get('oauth_verifier') ?? '';
    const reply = await service.exchange(consumer, temporary, verifier);
    const { token } = credentialsIn(reply);
    const sql = 'SELECT subject FROM access_tokens WHERE token = $1';
    expect(await database.query(sql, [token])).toEqual([{ subject: 'id-7' }]);
    // The refusal has status 403, which Chromium reports as a failed load.
    expect(complaints).toEqual([expect.stringContaining('403')]);
  });

  // The first sign-in replaces the browser's cookie, and the other request must still work afterwards.
  it.each([
    ['in the order of their tabs', [0, 1]],
    ['the other way round', [1, 0]],
  ])(
    'two links were opened before anybody signed in: each ends at its own consent page, %s',
    async (_, order) => {
      const { service, consumer } = stage;
      const { context } = await watchedContext(stage);
      const tabs = await Promise.all(
        ['jane', 'joe'].map(async () => {
          const temporary = await service.initiate(consumer, stage.callback);
          const page = await context.newPage();
          await page.goto(authorizeUrl(stage, temporary.token));
          expect(await heading(page)).toBe('Example ID');
          return { page, temporary };
        }),
      );
      for (const n of order) {
        const { page, temporary } = tabs[n]!;
        await page.getByLabel('Account').fill('id-7');
        await page.getByRole('button', { name: 'Continue' }).click();
        expect(await heading(page)).toBe('Printer asks for access');
        await page.getByRole('button', { name: 'Allow' }).click();
        await page.waitForURL(/\/ready/);
        expect(new URL(page.url()).searchParams.get('oauth_token')).toBe(temporary.token);
      }
      await context.close();
    },
  );
});
