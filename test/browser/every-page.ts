import type { Page } from 'playwright-core';
import { english, type Texts } from '../../src/authorization/texts/english.js';
import { authorizeUrl, signIn, type Stage } from './owner.js';

/** All pages, by the name of the picture, with the caption in docs/pages.md. */
export const PAGES = {
  'sign-in': 'Sign-in of development: any name is taken, and the page says so',
  'sign-in-invalid': 'The same, after a name that can’t be one',
  consent: 'Consent: who asks for what, where it leads, how long it lasts',
  'consent-long': 'Consent with the longest name, many scopes and a legal notice',
  'consent-without-scopes': 'Consent without scopes, and a name written from right to left',
  verifier: 'The verifier, for clients without a callback',
  denied: 'Denied, for clients without a callback',
  'connections-none': 'Your connections: none yet',
  connections: 'Your connections',
  'connections-after': 'Your connections, after one was taken back',
  'signed-out': 'Signed out',
  'decided-already': 'Decided already, in another tab',
  expired: 'The request has expired',
  used: 'The client has its access token already',
  unknown: 'No such request',
  'consumer-disabled': 'The administrator has switched the application off',
  forged: 'A form that this service did not make for this browser',
  'signed-out-meanwhile': 'The session ended while the page was open',
  'not-found': 'No such page',
} as const;

export type PageName = keyof typeof PAGES;

const LONG_NAME = 'Supercalifragilistic photo printing cooperative '.repeat(5).slice(0, 200).trim();

/**
 * Opens each page in the browser, and calls back with the page's name.
 *
 * @param texts in the language that the browser requests
 */
export async function everyPage(
  stage: Stage,
  page: Page,
  show: (name: PageName) => Promise<void>,
  texts: Texts = english,
): Promise<void> {
  const { service, database, publicConsumer: consumer } = stage;
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const open = async (of = consumer, where?: string) => {
    const temporary = await service.initiate(of, where);
    await page.goto(authorizeUrl(stage, temporary.token));
    return temporary;
  };

  const first = await open(consumer, 'https://printer.example.com/ready');
  await show('sign-in');
  await signIn(page, '   ', texts);
  await show('sign-in-invalid');
  await signIn(page, 'jane', texts);
  await show('consent');
  await service.admin('POST', `/admin/authorization-requests/${first.token}/reject`);
  await press(texts.consent.allow);
  await show('decided-already');

  const allowed = await open();
  await press(texts.consent.allow);
  await show('verifier');
  const verifier = await page.locator('.pin').innerText();
  await service.exchange(consumer, allowed, verifier.trim());
  await page.goto(authorizeUrl(stage, allowed.token));
  await show('used');
  await database.query('DELETE FROM access_tokens');
  await open();
  await press(texts.consent.deny);
  await show('denied');
  const late = await open();
  const sql = 'UPDATE temporary_credentials SET expires_at = now() WHERE token = $1';
  await database.query(sql, [late.token]);
  await press(texts.consent.allow);
  await show('expired');

  const long = await service.registerConsumer({
    name: LONG_NAME,
    description: 'Prints photos on paper.\nSends them home.',
    legalNotice: 'Prints are made in Utopia.\nWhat was printed can’t be taken back.',
    websiteUrl: `https://printer.example.com/${'about-us-and-our-printers-'.repeat(4)}`,
    scopes: ['photos', 'profile', 'https://api.example.com/scopes/print.all?sizes=any', 'orders'],
  });
  await open(long);
  await show('consent-long');
  const modest = await service.registerConsumer({ name: 'مصور <b>Photo</b>', scopes: [] });
  await open(modest);
  await show('consent-without-scopes');
  await service.admin('PATCH', `/admin/consumers/${long.consumerKey}`, { status: 'disabled' });
  const shut = await service.registerConsumer({ name: 'Shut' });
  await open(shut);
  await service.admin('PATCH', `/admin/consumers/${shut.consumerKey}`, { status: 'disabled' });
  await press(texts.consent.allow);
  await show('consumer-disabled');

  await page.goto(`${service.publicBase}/oauth/auz/grants`);
  await show('connections-none');
  await service.accessToken(consumer);
  await service.accessToken(modest);
  await page.reload();
  await show('connections');
  await page.locator('main button[aria-label]').first().click();
  await page.getByRole('status').waitFor();
  await show('connections-after');

  await open();
  await page.evaluate('document.querySelector("[name=form_token]").value = "forged"');
  await press(texts.consent.allow);
  await show('forged');
  await open();
  await database.query('DELETE FROM sessions');
  await press(texts.consent.allow);
  await show('signed-out-meanwhile');
  await page.goto(`${service.publicBase}/oauth/auz/grants`);
  await signIn(page, 'jane', texts);
  await press(texts.session.signOut);
  await show('signed-out');
  await page.goto(authorizeUrl(stage, 'unknown'));
  await show('unknown');
  await page.goto(`${service.publicBase}/oauth/auz/nothing`);
  await show('not-found');
}
