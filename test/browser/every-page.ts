import type { Page } from 'playwright-core';
import { authorizeUrl, signIn, type Stage } from './owner.js';

/** Brings the browser to each page there is, and hands it over under the page's name. */
export async function everyPage(
  stage: Stage,
  page: Page,
  show: (name: string) => Promise<void>,
): Promise<void> {
  const { service, consumer, callback } = stage;
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const open = async (where?: string): Promise<string> => {
    const { token } = await service.initiate(consumer, where);
    await page.goto(authorizeUrl(stage, token));
    return token;
  };

  const first = await open(callback);
  await show('sign-in');
  await signIn(page, '   ');
  await show('sign-in-invalid');
  await signIn(page);
  await show('consent');
  await service.admin('POST', `/admin/authorization-requests/${first}/reject`);
  await press('Allow');
  await show('decided-already');

  await open();
  await press('Allow');
  await show('verifier');
  await open();
  await press('Deny');
  await show('denied');

  const modest = await service.registerConsumer({ name: 'مصور <b>Photo</b>', scopes: [] });
  const { token } = await service.initiate(modest);
  await page.goto(authorizeUrl(stage, token));
  await show('consent-without-scopes');

  await page.goto(`${service.publicBase}/oauth/auz/grants`);
  await show('connections-none');
  await service.accessToken(consumer);
  await service.accessToken(modest);
  await page.reload();
  await show('connections');
  await page.getByRole('button', { name: 'Take back access from' }).first().click();
  await page.getByRole('status').waitFor();
  await show('connections-after');
  await press('Sign out');
  await show('signed-out');

  await page.goto(authorizeUrl(stage, 'unknown'));
  await show('unknown');
}
