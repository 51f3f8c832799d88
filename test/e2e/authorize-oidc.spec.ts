import { TestBrowser } from '../support/browser.js';
import { TestIssuer } from '../support/oidc-issuer.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

const CALLBACK = 'https://printer.example.com/ready';

describe('the resource owner signs in by OpenID Connect', () => {
  let issuer: TestIssuer;
  const { database, service } = serviceForAllTests(async () => {
    issuer = await TestIssuer.reserve();
    return { ...issuer.env, LOG_LEVEL: 'silent' };
  });
  let consumer: TestConsumer;
  let browser: TestBrowser;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ name: 'Printer', callbackUrls: [CALLBACK] });
  });
  beforeEach(() => {
    browser = new TestBrowser(service.publicBase);
  });
  afterAll(() => issuer.stop());

  /** Opens the client's link and returns the redirect to the issuer. */
  async function begin(on = browser): Promise<URL> {
    const { token } = await service.initiate(consumer, CALLBACK);
    const reply = await on.open(`/oauth/auz/authorize?oauth_token=${token}`);
    expect(reply.status).toBe(302);
    return new URL(reply.headers['location'] ?? '');
  }

  /** Signs in and leaves the browser on the consent page. */
  async function signIn(account = 'jane', on = browser): Promise<string> {
    const callback = await issuer.visit((await begin(on)).href, { account });
    await on.open(callback);
    expect(on.title).toBe('Printer asks for access');
    return callback;
  }

  const refusal = () => [browser.page.status, browser.title];

  // Must be the first test, because the issuer does not run yet.
  it('an issuer that is down: 503 with Retry-After, and the service goes on when it is up', async () => {
    const { token } = await service.initiate(consumer, CALLBACK);
    const reply = await browser.open(`/oauth/auz/authorize?oauth_token=${token}`);
    expect(refusal()).toEqual([503, 'The sign-in service is not available']);
    expect(reply.headers['retry-after']).toBe('5');
    await issuer.start(service.publicBase);
    await signIn();
  });

  it('code flow with PKCE, state and nonce; each sign-in has its own', async () => {
    const asked = await begin();
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'oauth10',
      redirect_uri: `${service.publicBase}/oauth/auz/signed-in`,
      scope: 'openid',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    const again = await begin();
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(again.searchParams.get(name)).not.toBe(asked.searchParams.get(name));
    }
  });

  it('the sub becomes the subject of the access token', async () => {
    const temporary = await service.initiate(consumer, CALLBACK);
    const asked = await browser.open(`/oauth/auz/authorize?oauth_token=${temporary.token}`);
    await browser.open(
      await issuer.visit(asked.headers['location'] ?? '', { account: 'id-248289761001' }),
    );
    expect(browser.text).toContain('Signed in as id-248289761001');
    const allowed = await browser.press('Allow');
    const verifier = new URL(allowed.headers['location'] ?? '').searchParams.get('oauth_verifier');
    const reply = await service.exchange(consumer, temporary, verifier ?? '');
    const { oauth_token: token } = reply.form();
    const sql = 'SELECT subject FROM access_tokens WHERE token = $1';
    expect(await database.query(sql, [token])).toEqual([{ subject: 'id-248289761001' }]);
  });

  it('“Your connections” asks to sign in the same way, and comes back', async () => {
    const reply = await browser.open('/oauth/auz/grants');
    await browser.open(await issuer.visit(reply.headers['location'] ?? ''));
    expect(refusal()).toEqual([200, 'Your connections']);
  });

  it('there is no development sign-in beside it', async () => {
    await browser.post('/oauth/auz/sign-in', [['user_name', 'eve']]);
    expect(refusal()).toEqual([404, 'There is no such page']);
  });

  it('signing in changes the cookie (session fixation)', async () => {
    const planted = 'p'.repeat(32);
    browser.cookies.set('oauth10', planted);
    await signIn();
    expect(browser.cookies.get('oauth10')).not.toBe(planted);
  });

  it('a callback that comes twice signs in once', async () => {
    const callback = await signIn();
    await browser.open(callback);
    expect(refusal()).toEqual([400, 'This sign-in is out of date']);
  });

  it('an answer made for another browser signs nobody in (login CSRF), and is not used up', async () => {
    const eve = new TestBrowser(service.publicBase);
    const callback = await issuer.visit((await begin(eve)).href, { account: 'eve' });
    await browser.open(callback);
    expect(refusal()).toEqual([403, 'Your browser sent no cookie']);
    await begin();
    await browser.open(callback);
    expect(refusal()).toEqual([400, 'This sign-in is out of date']);
    await eve.open(callback);
    expect(eve.text).toContain('Signed in as eve');
  });

  it.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['two states', (url: URL) => url.searchParams.append('state', 'x')],
  ])('an answer with %s: refused', async (_, change) => {
    const callback = await issuer.visit((await begin()).href);
    const changed = new URL(callback, service.publicBase);
    change(changed);
    await browser.open(changed.pathname + changed.search);
    expect(refusal()).toEqual([400, 'This sign-in is out of date']);
  });

  it.each([
    ['another issuer’s name (mix-up)', 'iss', 'https://evil.example.com'],
    ['no issuer’s name', 'iss', undefined],
    ['an invented code', 'code', 'x'.repeat(43)],
    ['no code', 'code', undefined],
  ])('an answer with %s: refused, with a way to try again', async (_, name, value) => {
    const callback = new URL(await issuer.visit((await begin()).href), service.publicBase);
    if (value === undefined) callback.searchParams.delete(name);
    else callback.searchParams.set(name, value);
    await browser.open(callback.pathname + callback.search);
    expect(refusal()).toEqual([400, 'The sign-in did not succeed']);
    expect(browser.page.text).toMatch(/<a href="\/oauth\/auz\/authorize\?oauth_token=[^"]+">Try/);
    await browser.open('/oauth/auz/grants');
    expect(browser.page.status).toBe(302);
  });

  it('a code that was given to another sign-in is refused (PKCE, nonce)', async () => {
    const mine = new URL(await issuer.visit((await begin()).href), service.publicBase);
    const eve = new TestBrowser(service.publicBase);
    const hers = new URL(
      await issuer.visit((await begin(eve)).href, { account: 'eve' }),
      service.publicBase,
    );
    mine.searchParams.set('code', hers.searchParams.get('code') ?? '');
    await browser.open(mine.pathname + mine.search);
    expect(refusal()).toEqual([400, 'The sign-in did not succeed']);
  });

  it('who cancels there is told here, and can try again', async () => {
    await browser.open(await issuer.visit((await begin()).href, 'cancel'));
    expect(refusal()).toEqual([403, 'You were not signed in']);
    expect(browser.page.text).not.toContain('The person cancelled');
    const [, again = ''] = /<a href="([^"]+)">Try again/.exec(browser.page.text) ?? [];
    expect((await browser.open(again)).headers['location']).toMatch(`${issuer.url}/auth?`);
  });

  it('an account that can’t be a subject: refused', async () => {
    const account = 'x'.repeat(256);
    await browser.open(await issuer.visit((await begin()).href, { account }));
    expect(refusal()).toEqual([400, 'The sign-in did not succeed']);
  });

  it('a sign-in that took longer than 15 minutes: to be begun again', async () => {
    const callback = await issuer.visit((await begin()).href);
    const later = Date.now() + 901_000;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    await browser.open(callback);
    jest.restoreAllMocks();
    expect(refusal()).toEqual([400, 'This sign-in is out of date']);
  });

  it('strangers leave nothing in the database', async () => {
    const rows = async () => {
      const tables = await database.query<{ name: string }>(
        // Counts of earlier valid requests are written every few seconds.
        `SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_user_tables
          WHERE relname !~ '_uses$|^signature_deviations$|verdict|^replicas$' ORDER BY 1`,
      );
      const counts = tables.map(({ name }) =>
        database.query<{ n: string }>(`SELECT count(*) AS n FROM ${name}`),
      );
      return (await Promise.all(counts)).map(([row], at) => [tables[at]?.name, row?.n]);
    };
    const before = await rows();
    for (let n = 0; n < 20; n += 1) {
      const stranger = new TestBrowser(service.publicBase);
      expect((await stranger.open('/oauth/auz/grants')).status).toBe(302);
    }
    expect(await rows()).toEqual(before);
  });

  it('a started sign-in is a sealed cookie of its own, for 15 minutes', async () => {
    const asked = await begin();
    const cookie = browser.page.headers['set-cookie'] ?? '';
    const [pair = '', ...attributes] = cookie.split('; ');
    expect(pair).toMatch(/^oauth10-sign-in-[\w-]{12}=[\w-]+$/);
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=900', 'Path=/', 'SameSite=Lax']);
    const clear = Buffer.from(pair.split('=')[1] ?? '', 'base64url').toString('latin1');
    const state = asked.searchParams.get('state') ?? '';
    for (const secret of [state, asked.searchParams.get('nonce') ?? '']) {
      expect(pair + clear).not.toContain(secret);
    }
    expect(pair.length).toBeLessThan(400);
  });

  it('a cookie that was altered, or belongs to another sign-in, finishes nothing', async () => {
    const mine = await issuer.visit((await begin()).href);
    const [name = '', value = ''] = [...browser.cookies][0] ?? [];
    const other = new TestBrowser(service.publicBase);
    await begin(other);
    const [foreign = ''] = other.cookies.values();
    for (const planted of [`${value.slice(0, -9)}AAAAAAAAA`, value.slice(0, 20), 'x', foreign]) {
      browser.cookies.set(name, planted);
      await browser.open(mine);
      expect(refusal()).toEqual([400, 'This sign-in is out of date']);
    }
    browser.cookies.set(name, value);
    await browser.open(mine);
    expect(browser.title).toBe('Printer asks for access');
  });

  it('twenty sign-ins may be under way on a browser; the oldest makes room', async () => {
    const first = await issuer.visit((await begin()).href);
    for (let n = 0; n < 20; n += 1) await begin();
    expect(browser.cookies.size).toBe(20);
    await browser.open(first);
    expect(refusal()).toEqual([400, 'This sign-in is out of date']);
    await signIn();
    expect(browser.cookies.size).toBe(20);
  });

  it('POST: 405', async () => {
    await browser.post('/oauth/auz/signed-in', []);
    expect([browser.page.status, browser.page.headers['allow']]).toEqual([405, 'GET']);
  });

  // Must be the last test, because the issuer is stopped afterwards.
  it('an issuer that goes down while the person signs in: 503, and nobody is signed in', async () => {
    const callback = await issuer.visit((await begin()).href);
    await issuer.stop();
    await browser.open(callback);
    expect(refusal()).toEqual([503, 'The sign-in service is not available']);
    expect(browser.page.headers['retry-after']).toBe('5');
  });
});
