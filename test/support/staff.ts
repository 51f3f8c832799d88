import { TestBrowser } from './browser.js';
import { ADMIN_API_KEY, type TestService } from './service.js';

/** A browser signed in to the console with the key, at the requested page. */
export async function signedInStaff(
  service: TestService,
  { key = ADMIN_API_KEY, target = '/console/' }: { key?: string; target?: string } = {},
): Promise<TestBrowser> {
  const browser = new TestBrowser(service.adminBase);
  await browser.open(target);
  await browser.press('Sign in', { filled: { 'API key': key } });
  return browser;
}

/** Creates an API key with this role over the admin API. */
export async function keyOf(service: TestService, role: string, expiresAt?: string) {
  const reply = await service.admin('POST', '/admin/api-keys', { name: role, role, expiresAt });
  if (reply.status !== 201) throw new Error(`No key: ${reply.status} ${reply.text}`);
  return reply.json<{ id: string; key: string }>();
}

/** The address of the link with this text. */
export function linkOn(browser: TestBrowser, words: string): string {
  const links = [...browser.page.text.matchAll(/<a [^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gs)];
  const found = links.find(([, , text = '']) => text.replace(/<[^>]*>/g, '').trim() === words);
  if (!found?.[1]) throw new Error(`no link ${words} on: ${browser.title}`);
  return found[1].replaceAll('&#39;', "'").replaceAll('&amp;', '&');
}

/** The secret that the page shows once, under this label. */
export function secretOn(browser: TestBrowser, label: string): string {
  const found = new RegExp(`${label}</span>\\s*<code>([^<]*)</code>`).exec(browser.page.text);
  if (!found?.[1]) throw new Error(`no ${label} on: ${browser.title}`);
  return found[1];
}
