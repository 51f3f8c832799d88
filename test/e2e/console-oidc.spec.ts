import { TestBrowser } from '../support/browser.js';
import { TestIssuer } from '../support/oidc-issuer.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';

describe('contract section 14: staff sign in by OpenID Connect', () => {
  let issuer: TestIssuer;
  const { service } = serviceForAllTests(async () => {
    issuer = await TestIssuer.reserve();
    return {
      ...issuer.staffEnv,
      ADMIN_JWT_ROLES_CLAIM: 'example.roles',
      LOG_LEVEL: 'silent',
    };
  });
  let browser: TestBrowser;

  beforeEach(() => {
    browser = new TestBrowser(service.adminBase);
  });
  afterAll(() => issuer.stop());

  const location = () => browser.page.headers['location'] ?? '';
  /** The roles are the parts of the account name after each `+`. */
  async function signIn(account: string, target = '/console/', on = browser): Promise<string> {
    const reply = await on.open(target);
    const callback = await issuer.visit(reply.headers['location'] ?? '', { account });
    await on.open(callback);
    return callback;
  }

  // Must be the first test, because the issuer does not run yet.
  it('an issuer that is down: 503, and the service goes on when it is up', async () => {
    await browser.open('/console/');
    expect([browser.page.status, browser.title]).toEqual([
      503,
      'The sign-in service is not available',
    ]);
    await issuer.start(service.adminBase, '/console/signed-in');
    await signIn('ada+admin');
    expect([browser.page.status, browser.title]).toEqual([200, 'Overview']);
  });

  it('code flow with PKCE, state and nonce; back to /console/signed-in', async () => {
    await browser.open('/console/');
    expect(Object.fromEntries(new URL(location()).searchParams)).toMatchObject({
      response_type: 'code',
      redirect_uri: `${service.adminBase}/console/signed-in`,
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      nonce: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge_method: 'S256',
    });
  });

  it('leads on to the address that was asked for, and the record names who acted', async () => {
    await signIn('ada+admin', '/console/consumer-registration');
    expect(browser.title).toBe('Register consumer');
    await browser.press('Register consumer', { filled: { Name: 'By Ada' } });
    expect(browser.page.status).toBe(201);
    const record = await service.admin('GET', '/admin/audit-events?action=consumer.register');
    expect(record.json<{ items: { actor: string }[] }>().items[0]?.actor).toBe(
      `ada+admin@${issuer.url}`,
    );
  });

  it('the roles of the claim hold: an auditor changes nothing, nobody sees nothing', async () => {
    await signIn('grace+auditor', '/console/consumers');
    expect(browser.page.status).toBe(200);
    expect(browser.page.text).not.toContain('Register consumer');
    expect((await browser.open('/console/consumer-registration')).status).toBe(403);
    const other = new TestBrowser(service.adminBase);
    await signIn('eve', '/console/consumers', other);
    expect([other.page.status, other.title]).toEqual([403, 'Your role does not allow this']);
    await other.press('Sign out');
    expect([other.page.status, other.title]).toEqual([200, 'You are signed out']);
    expect((await other.open('/console/')).headers['location']).toMatch(`${issuer.url}/auth?`);
  });

  it('no API key signs anybody in beside it', async () => {
    await browser.open('/console/sign-in');
    expect(location()).toMatch(`${issuer.url}/auth?`);
    const reply = await browser.post('/console/sign-in', [['api_key', ADMIN_API_KEY]]);
    expect(reply.status).toBe(404);
  });

  it('an answer that another browser began, a second time, or with another state: refused', async () => {
    const eve = new TestBrowser(service.adminBase);
    const reply = await eve.open('/console/');
    const callback = await issuer.visit(reply.headers['location'] ?? '', { account: 'eve+admin' });
    await browser.open(callback);
    expect(browser.page.status).toBe(403);
    await browser.open('/console/');
    await browser.open(callback);
    expect([browser.page.status, browser.title]).toEqual([400, 'This sign-in is out of date']);
    await eve.open(callback);
    expect(eve.title).toBe('Overview');
    await eve.open(callback);
    expect(eve.page.status).toBe(400);
  });

  it('who cancels is told, and can try again', async () => {
    const reply = await browser.open('/console/consumers');
    await browser.open(await issuer.visit(reply.headers['location'] ?? '', 'cancel'));
    expect([browser.page.status, browser.title]).toEqual([403, 'You were not signed in']);
    expect(browser.page.text).toContain('href="/console/consumers"');
  });

  it('Sign out ends the session here', async () => {
    await signIn('ada+admin');
    await browser.press('Sign out');
    expect(browser.title).toBe('You are signed out');
    await browser.open('/console/');
    expect(location()).toMatch(`${issuer.url}/auth?`);
  });
});
