import type { Browser, BrowserContext, Page } from 'playwright-core';
import { english, type Texts } from '../../src/authorization/texts/english.js';
import { openChromium } from '../support/chromium.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestConsumer, type TestService } from '../support/service.js';
import { openWebSite, type WebSite } from '../support/web-site.js';

/** A service, a client with a web site, and the owner's Chromium. */
export interface Stage {
  readonly database: TestDatabase;
  readonly service: TestService;
  readonly site: WebSite;
  readonly consumer: TestConsumer;
  readonly callback: string;
  /** A second consumer, with a callback on another host, which the tests never open. */
  readonly publicConsumer: TestConsumer;
  readonly chromium: Browser;
  close(): Promise<void>;
}

/** @param env further settings of the service */
export async function openStage(env: Record<string, string> = {}): Promise<Stage> {
  const [database, site, chromium] = await Promise.all([
    createTestDatabase(),
    openWebSite(),
    openChromium(),
  ]);
  const service = await startTestService(database.url, {
    SCOPES_FILE: 'docs/examples/scopes.json',
    BRAND_NAME: 'Example Photos',
    BRAND_LOGO_FILE: 'docs/examples/logo.svg',
    BRAND_LEGAL_TEXT: 'Example Photos Ltd, 1 Example Street',
    ...env,
  });
  const callback = `${site.origin}/ready?from=example`;
  const described = {
    name: 'Printer',
    description: 'Prints photos on paper and sends them home.',
    websiteUrl: 'https://printer.example.com/about',
    scopes: ['photos', 'profile'],
  };
  const register = (callbackUrls: string[]) =>
    service.registerConsumer({ ...described, callbackUrls });
  const consumer = await register([callback]);
  const publicConsumer = await register(['https://printer.example.com/ready']);
  return {
    database,
    service,
    site,
    consumer,
    callback,
    publicConsumer,
    chromium,
    close: async () => {
      await chromium.close();
      await Promise.all([site.close(), service.stop(0)]);
      await database.drop();
    },
  };
}

export const authorizeUrl = ({ service }: Stage, token: string): string =>
  `${service.publicBase}/oauth/auz/authorize?oauth_token=${token}`;

/** Fills in the development sign-in. */
export async function signIn(
  page: Page,
  name = 'jane',
  { signIn: texts }: Texts = english,
): Promise<void> {
  await page.getByLabel(texts.userName).fill(name);
  await page.getByRole('button', { name: texts.button }).click();
}

export const heading = (page: Page): Promise<string> =>
  page.getByRole('heading', { level: 1 }).innerText().then(withoutIsolates);

export const withoutIsolates = (text: string): string => text.replace(/[\u2068\u2069]/g, '');

/** A browser context that records violations of the policy and script errors. */
export async function watchedContext(
  { chromium }: Stage,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ context: BrowserContext; complaints: string[] }> {
  const context = await chromium.newContext(options);
  context.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  context.on('console', (message) => {
    // Chromium requests an icon by itself, and the service has none.
    const icon = message.location().url.endsWith('/favicon.ico');
    if (message.type() === 'error' && !icon) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return { context, complaints };
}
