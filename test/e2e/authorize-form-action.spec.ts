import { TestBrowser } from '../support/browser.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

const CALLBACK = 'https://printer.example.com/ready?a=b%20c';

describe('where the consent page’s form may lead', () => {
  const { service, replica } = serviceForAllTests();
  const narrow = replica({ PAGES_FORM_ACTION: 'https://www.example.com,com.example.app:' });
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await service.registerConsumer({
      name: 'Printer',
      callbackUrls: [CALLBACK, 'http://127.0.0.1/ready', 'com.example.printer:/ready'],
    });
  });

  const authorize = (token: string) => `/oauth/auz/authorize?oauth_token=${token}`;
  const signIn = (on: TestBrowser) => on.press('Sign in', { filled: { 'User name': 'jane' } });

  it.each([
    [CALLBACK, ' https://printer.example.com'],
    ['http://127.0.0.1:4711/ready', ' http://127.0.0.1:4711'],
    ['com.example.printer:/ready', ' com.example.printer:'],
  ])(
    'PAGES_FORM_ACTION: the consent page’s form leads here, to the callback and there alone: %s',
    async (callback, source) => {
      const { token } = await narrow.initiate(consumer, callback);
      const visitor = new TestBrowser(narrow.publicBase);
      const policy = () => visitor.page.headers['content-security-policy'];
      await visitor.open(authorize(token));
      expect(policy()).toContain(`; form-action 'self';`);
      await signIn(visitor);
      expect(policy()).toContain(
        `; form-action 'self'${source} https://www.example.com com.example.app:;`,
      );

      // If the policy still blocks the redirect, the page offers a link to the decision's target.
      const retry = /<a href="([^"]+)">go on from here</.exec(visitor.page.text)?.[1];
      expect(retry).toBe(authorize(token));
      const { headers } = await visitor.press('Allow');
      await visitor.open(retry ?? '');
      expect([visitor.page.status, visitor.title]).toEqual([400, 'You have decided already']);
      const href = headers['location']?.replaceAll('&', '&amp;') ?? '';
      expect(visitor.page.text).toContain(`<a href="${href}" rel="noreferrer">Go on to`);
      // Another decision in the same browser does not change the first one's link.
      const second = await narrow.initiate(consumer, callback);
      await visitor.open(authorize(second.token));
      await visitor.press('Allow');
      await visitor.open(authorize(token));
      expect(visitor.page.text).toContain(`<a href="${href}" rel="noreferrer">Go on to`);
      // Only the owner who decided sees the link, not another who signs in to the same browser.
      await visitor.open('/oauth/auz/grants');
      await visitor.press('Sign out');
      await visitor.open(authorize((await narrow.initiate(consumer, callback)).token));
      await visitor.press('Sign in', { filled: { 'User name': 'john' } });
      await visitor.open(authorize(token));
      expect([visitor.page.status, visitor.page.text.includes('Go on to')]).toEqual([400, false]);
      const stranger = new TestBrowser(narrow.publicBase);
      await stranger.open(authorize(token));
      expect(stranger.page.text).not.toContain('Go on to');
    },
  );

  it('by itself the consent page lets the callback redirect on to anywhere', async () => {
    const browser = new TestBrowser(service.publicBase);
    const policy = () => browser.page.headers['content-security-policy'];
    const { token } = await service.initiate(consumer, CALLBACK);
    await browser.open(authorize(token));
    expect(policy()).toContain(`; form-action 'self';`);
    await signIn(browser);
    expect(policy()).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']*'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(browser.text).not.toContain('If nothing happens');
    await browser.open(authorize((await service.initiate(consumer)).token));
    expect(policy()).toContain(`; form-action 'self';`);
  });
});
