import type { Page } from 'playwright-core';
import { english, type Texts } from '../../src/console/texts/english.js';
import type { TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { signRequest } from '../support/signing-client.js';
import { ADMIN_API_KEY } from '../support/service.js';
import type { Stage } from './owner.js';

/** The pages of the console, with the caption of each. */
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
  refusals: 'Usage and refusals of one consumer, with their hints',
  hints: 'What each hint means',
  tokens: 'Tokens',
  token: 'One token',
  minted: 'A token that staff minted',
  audit: 'Audit',
  events: 'Events',
  event: 'One event, which its receiver did not want',
  'api-keys': 'API keys',
  scopes: 'Scopes',
  'signing-keys': 'Signing keys',
  'check-signature': 'Check signature: why it does not hold, and the first difference',
  import: 'Import: the faulty lines of a dry run',
  export: 'Export',
  'not-found': 'There is no such page',
} as const;

/** Settings of a service that has all pages. No receiver accepts its events. */
export const CONSOLE_SETTINGS = {
  PLATFORM_TOKEN_ISSUER: 'https://auth.example.com',
  PLATFORM_TOKEN_AUDIENCE: 'https://api.example.com',
  EVENTS_URL: 'http://127.0.0.1:9/events',
  EVENTS_SECRET: `whsec_${Buffer.alloc(32, 'oauth10').toString('base64')}`,
};

export type ConsolePageName = keyof typeof CONSOLE_PAGES;

/**
 * Opens each page in the browser, and calls back with the page's name.
 *
 * @param texts in the language that the browser requests
 */
export async function everyConsolePage(
  { database, service, consumer }: Stage,
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

  await withFigures(database, consumer.consumerKey);

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
  await at('/console/hints');
  await show('hints');
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
  await database.query(`UPDATE events SET state = 'delivered', attempts = 1, last_error = NULL`);
  await database.query(
    `UPDATE events SET state = 'dead', attempts = 10, last_error = 'answered 410', settled_at = now()
     WHERE type = 'oauth10.token.issued'`,
  );
  await at('/console/events?limit=3');
  await show('events');
  await follow(texts.events.replay);
  await show('event');
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
  await at('/console/export');
  await show('export');
  await at('/console/nothing');
  await show('not-found');
}

/**
 * Figures of a typical day: more requests by day than by night, one client with a mistake, and a replica that is
 * gone.
 */
async function withFigures(database: TestDatabase, consumerKey: string): Promise<void> {
  await database.query(`
    INSERT INTO verdict_minutes
    SELECT date_trunc('minute', now()) - n * interval '1 minute', jsonb_build_object(
      'served', (700 + 500 * sin(n / 229.0) + 40 * sin(n / 7.0))::int,
      'nonce_used', 4 + n % 3,
      'timestamp_refused', CASE WHEN n BETWEEN 700 AND 1000 THEN 30 ELSE 1 END,
      'signature_invalid', CASE WHEN n BETWEEN 200 AND 420 THEN 90 ELSE 2 END,
      'hint:scheme_differs', CASE WHEN n BETWEEN 200 AND 420 THEN 88 ELSE 0 END,
      'ms:1', 400, 'ms:2', 500, 'ms:3', 200, 'ms:5', 30 + n % 50,
      'ms:10', CASE WHEN n BETWEEN 600 AND 640 THEN 300 ELSE 5 END)
    FROM generate_series(0, 1439) AS n`);
  await database.query(
    `INSERT INTO consumer_verdict_days
     SELECT $1, (now() AT TIME ZONE 'UTC')::date - n, jsonb_build_object(
       'served', 900 + n, 'signature_invalid', 8 - n, 'hint:scheme_differs', 8 - n, 'nonce_used', 1)
     FROM generate_series(1, 5) AS n`,
    [consumerKey],
  );
  // The picture should not show this machine's name.
  await eventually(
    () => database.query(`UPDATE replicas SET name = 'oauth10-1' RETURNING 1`),
    ({ length }) => length > 0,
  );
  await database.query(`
    INSERT INTO replicas
    VALUES (gen_random_uuid(), 'oauth10-0', '1.0.0', now() - interval '3 days', now() - interval '4 minutes')`);
}
