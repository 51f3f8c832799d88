import type { Page } from 'playwright-core';
import { english, type Texts } from '../../src/console/texts/english.js';
import { signRequest } from '../support/signing-client.js';
import { ADMIN_API_KEY } from '../support/service.js';
import type { Stage } from './owner.js';

/** The pages of the console, and what each shows. */
export const CONSOLE_PAGES = {
  'sign-in': 'Sign-in with an API key',
  overview: 'Overview',
  consumers: 'Consumers',
  'register-consumer': 'Register consumer',
  'register-consumer-faults': 'Register consumer: what is wrong, beside the field',
  registered: 'The consumer is registered: its secret is shown once',
  consumer: 'One consumer',
  'edit-consumer': 'Edit settings',
  rotated: 'The secret was rotated',
  refusals: 'Refusals of one consumer, with their hints',
  tokens: 'Tokens',
  token: 'One token',
  minted: 'A token that staff minted',
  audit: 'Audit',
  'api-keys': 'API keys',
  scopes: 'Scopes',
  'signing-keys': 'Signing keys',
  'check-signature': 'Check signature: why it does not hold, and the first difference',
  import: 'Import: the faulty lines of a dry run',
  'not-found': 'There is no such page',
} as const;

export type ConsolePageName = keyof typeof CONSOLE_PAGES;

/**
 * Brings the browser to each page, and hands it over under the page's name.
 *
 * @param texts in the language that the browser asks for
 */
export async function everyConsolePage(
  { service, consumer }: Stage,
  page: Page,
  show: (name: ConsolePageName) => Promise<void>,
  texts: Texts = english,
): Promise<void> {
  const at = (target: string) => page.goto(service.adminBase + target);
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const follow = (name: string) => page.getByRole('link', { name, exact: true }).first().click();
  const one = `/console/consumers/${consumer.consumerKey}`;
  await service.admin('POST', '/admin/api-keys', {
    name: 'Gateway of the photo API',
    role: 'gateway',
    expiresAt: new Date(Date.now() + 14 * 86_400_000).toISOString(),
  });
  await service.admin('PUT', '/admin/scopes/photos', { title: 'See your photos' });
  await service.accessToken(consumer, 'jane');
  const album = await service.registerConsumer({ name: 'Album', twoLegged: true });

  await at('/console/');
  await show('sign-in');
  await page.getByLabel(texts.signIn.apiKey).fill(ADMIN_API_KEY);
  await press(texts.signIn.button);
  await show('overview');
  await follow(texts.consumers.title);
  await show('consumers');
  await follow(texts.consumers.register);
  await show('register-consumer');
  await page.getByLabel(texts.consumers.fields.name.label, { exact: true }).fill('Photo album');
  await page.getByLabel(texts.consumers.fields.callbackUrls.label).fill('javascript:alert(1)');
  await press(texts.consumers.register);
  await show('register-consumer-faults');
  await page
    .getByLabel(texts.consumers.fields.callbackUrls.label)
    .fill('https://album.example.com/ready');
  await press(texts.consumers.register);
  await show('registered');
  await at(one);
  await show('consumer');
  await follow(texts.consumers.edit);
  await show('edit-consumer');
  await at(one);
  await press(texts.consumers.rotate);
  await show('rotated');
  await at(`${one}/refusals`);
  await show('refusals');
  await at('/console/tokens?subject=jane');
  await show('tokens');
  await follow(texts.tokens.revoke);
  await show('token');
  await at(`/console/token-minting?consumerKey=${consumer.consumerKey}`);
  await page.getByLabel(texts.tokens.subject).fill('joe');
  await press(texts.tokens.mint);
  await show('minted');
  await at('/console/audit-events');
  await show('audit');
  await at('/console/api-keys');
  await show('api-keys');
  await at('/console/scopes');
  await show('scopes');
  await at('/console/signing-keys');
  await show('signing-keys');
  await at('/console/signature-check');
  const url = 'http://api.example.com/photos?size=original';
  const { target, headers } = signRequest({ method: 'GET', url, ...album });
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  await page
    .getByLabel(texts.check.request, { exact: true })
    .fill([`GET ${target} HTTP/1.1`, 'Host: api.example.com', ...lines, '', ''].join('\n'));
  await page.getByText(texts.consumers.moreFields).click();
  await page
    .getByLabel(texts.check.theirs)
    .fill('GET&http%3A%2F%2Fapi.example.com%2Fphotos&size%3Doriginal');
  await press(texts.check.button);
  await show('check-signature');
  await at('/console/import');
  await page
    .getByLabel(texts.import.lines)
    .fill('{"type":"consumer","consumerKey":"a","scopes":7}\n{"type":"x"}');
  await press(texts.import.title);
  await show('import');
  await at('/console/nothing');
  await show('not-found');
}
