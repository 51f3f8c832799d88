import { TestBrowser } from '../support/browser.js';
import { TestIssuer } from '../support/oidc-issuer.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

const CALLBACK = 'https://printer.example.com/ready';
const TABS = 5;
const ORDERS = [
  [0, 1, 2, 3, 4],
  [4, 3, 2, 1, 0],
  [2, 4, 0, 3, 1],
];

describe.each(['development', 'OpenID Connect'])(
  'several authorization requests open in tabs of one browser, with the sign-in of %s',
  (kind) => {
    let issuer: TestIssuer;
    const { service } = serviceForAllTests(async () => {
      issuer = await TestIssuer.reserve();
      const env = kind === 'development' ? {} : issuer.env;
      return { ...env, PAGES_RATE_LIMIT_PER_MINUTE: '0' };
    });
    const consumers: TestConsumer[] = [];
    /** The browser's tabs. `tokens` holds the temporary credentials that each tab was opened for. */
    let tabs: TestBrowser[];
    let tokens: string[];

    beforeAll(async () => {
      if (kind !== 'development') await issuer.start(service.publicBase);
      for (let n = 0; n < TABS; n += 1) {
        const registration = { name: `Printer ${n}`, callbackUrls: [CALLBACK] };
        consumers.push(await service.registerConsumer(registration));
      }
    });
    afterAll(() => issuer.stop());
    beforeEach(async () => {
      const browser = new TestBrowser(service.publicBase);
      tabs = consumers.map(() => browser.newTab());
      tokens = await Promise.all(
        consumers.map(async (consumer) => (await service.initiate(consumer, CALLBACK)).token),
      );
      for (const [n, tab] of tabs.entries()) {
        await tab.open(`/oauth/auz/authorize?oauth_token=${tokens[n]}`);
      }
    });

    const tab = (n: number): TestBrowser => tabs[n] as TestBrowser;

    /** Signs in on the tab, which then shows its own consent page. */
    async function signIn(n: number, name = 'jane'): Promise<void> {
      if (kind === 'development') {
        await tab(n).press('Sign in', { filled: { 'User name': name } });
      } else {
        const { headers } = tab(n).page;
        await tab(n).open(await issuer.visit(headers['location'] ?? '', { account: name }));
      }
      expect([tab(n).page.status, tab(n).title]).toEqual([200, `Printer ${n} asks for access`]);
    }

    /** Allows on the tab. The redirect goes to the callback of the tab's own consumer. */
    async function allow(n: number): Promise<void> {
      const { status, headers } = await tab(n).press('Allow');
      expect([status, headers['location']]).toEqual([
        302,
        expect.stringContaining(`${CALLBACK}?oauth_token=${tokens[n]}&oauth_verifier=`),
      ]);
    }

    it.each(ORDERS)('signed in one after the other, then allowed: %j, …', async (...order) => {
      for (const n of order) await signIn(n);
      for (const n of order.toReversed()) await allow(n);
    });

    it.each(ORDERS)('signed in and allowed at once, tab by tab: %j, …', async (...order) => {
      for (const n of order) {
        await signIn(n);
        await allow(n);
      }
    });

    it('one signs in, the others reload: nobody is asked twice', async () => {
      await signIn(3);
      for (const n of [0, 1, 2, 4]) {
        await tab(n).open(`/oauth/auz/authorize?oauth_token=${tokens[n]}`);
        expect(tab(n).title).toBe(`Printer ${n} asks for access`);
      }
      for (const n of [3, 0, 4, 1, 2]) await allow(n);
    });

    it('all at the same moment', async () => {
      await Promise.all(tabs.map((_, n) => signIn(n)));
      await Promise.all(tabs.map((_, n) => allow(n)));
    });

    it('signed out in one tab meanwhile: the others sign in, and go on', async () => {
      await signIn(0);
      await tab(0).press('Sign out');
      for (const n of [4, 1]) await signIn(n);
      for (const n of [1, 4]) await allow(n);
    });

    it('another person signs in: their pages are theirs, and the first one’s form decides nothing', async () => {
      await signIn(0, 'jane');
      await signIn(1, 'bob');
      await tab(0).press('Allow');
      expect([tab(0).page.status, tab(0).title]).toEqual([403, 'This form is out of date']);
      expect(
        (await service.admin('GET', `/admin/authorization-requests/${tokens[0]}`)).json().status,
      ).toBe('pending');
      const [, again = ''] = /<a href="([^"]+)">Try again/.exec(tab(0).page.text) ?? [];
      await tab(0).open(again);
      expect(tab(0).text).toContain('Signed in as bob');
      await allow(0);
      await allow(1);
    });

    it('“Your connections” and its buttons go on as well', async () => {
      await service.accessToken(consumers[0] as TestConsumer, 'ruth');
      const list = tab(0).newTab();
      await list.open('/oauth/auz/grants');
      if (kind === 'development') {
        await list.press('Sign in', { filled: { 'User name': 'ruth' } });
      } else {
        await list.open(
          await issuer.visit(list.page.headers['location'] ?? '', { account: 'ruth' }),
        );
      }
      await signIn(2, 'ruth');
      await list.press('Take back');
      expect(list.text).toContain('Access was taken back.');
      await allow(2);
    });
  },
);
