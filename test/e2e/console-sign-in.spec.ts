import { TestBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';
import { keyOf, signedInStaff } from '../support/staff.js';

describe('contract section 14: staff sign in to the console with an API key', () => {
  const { database, service } = serviceForAllTests();

  it('a page asks to sign in, and sign-in leads on to the address that was asked for', async () => {
    const target = '/console/consumers?q=a%20b&status=active';
    const browser = new TestBrowser(service.adminBase);
    await browser.open(target);
    expect([browser.page.status, browser.title]).toEqual([200, 'Sign in to the console']);
    await browser.press('Sign in', { filled: { 'API key': ADMIN_API_KEY } });
    expect([browser.page.status, browser.title]).toEqual([200, 'Consumers']);
    expect(browser.page.text).toContain('value="a b"');
    expect((await browser.open('/console')).status).toBe(200);
    expect(browser.title).toBe('Overview');
    expect(browser.text).toContain('ADMIN_API_KEY');
  });

  it.each([
    'https://evil.example',
    '//evil.example/console/',
    '/consolex',
    '/console/../x\\y',
    '/console/../health/ready',
    '/console/%2e%2e/health/ready',
    '/console/sign-out',
    '/admin',
  ])('it never leads to %s', async (to) => {
    const browser = new TestBrowser(service.adminBase);
    await browser.open(`/console/sign-in?to=${encodeURIComponent(to)}`);
    await browser.press('Sign in', { filled: { 'API key': ADMIN_API_KEY } });
    expect([browser.page.status, browser.title]).toEqual([200, 'Overview']);
  });

  it('leads on to sections whose address begins as that of the sign-in', async () => {
    const browser = await signedInStaff(service, { target: '/console/signature-check' });
    expect(browser.title).toBe('Check signature');
  });

  it('the cookies of sign-ins that were begun stay within what servers take', async () => {
    const browser = new TestBrowser(service.adminBase);
    for (let n = 0; n < 25; n += 1) await browser.open(`/console/?n=${n}${'x'.repeat(900)}`);
    const octets = [...browser.cookies].map((pair) => pair.join('=')).join('; ').length;
    expect(octets).toBeGreaterThan(4_000);
    expect(octets).toBeLessThan(8_000);
    await browser.press('Sign in', { filled: { 'API key': ADMIN_API_KEY } });
    expect([browser.page.status, browser.title]).toEqual([200, 'Overview']);
  });

  it('the cookie is HttpOnly and SameSite, and no part of the key is kept', async () => {
    const browser = new TestBrowser(service.adminBase);
    await browser.open('/console/');
    const form = browser.formWith('Sign in');
    const reply = await send({
      base: service.adminBase,
      method: 'POST',
      target: form.action,
      headers: [
        ['Content-Type', 'application/x-www-form-urlencoded'],
        ['Cookie', [...browser.cookies].map((pair) => pair.join('=')).join('; ')],
      ],
      body: new URLSearchParams([...form.fields, ['api_key', ADMIN_API_KEY]]).toString(),
    });
    expect(reply.status).toBe(302);
    expect(reply.headers['set-cookie']).toMatch(
      /oauth10-console=[\w-]{32}; .*HttpOnly.*SameSite=Lax/i,
    );
    expect(reply.headers['cache-control']).toBe('no-store');
    const rows = await database.query('SELECT t::text AS row FROM staff_sessions t');
    const hex = Buffer.from(ADMIN_API_KEY).toString('hex');
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${ADMIN_API_KEY}|${hex}`));
  });

  it.each(['', 'oak_nobody', `${ADMIN_API_KEY}x`, 'a.b.c'])(
    'a key that is nobody’s (%j): 401, and the form again',
    async (key) => {
      const browser = await signedInStaff(service, { key });
      expect([browser.page.status, browser.title]).toEqual([401, 'Sign in to the console']);
      await browser.press('Sign in', { filled: { 'API key': ADMIN_API_KEY } });
      expect(browser.title).toBe('Overview');
    },
  );

  it('Sign out ends the session: the cookie that somebody copied opens nothing', async () => {
    const browser = await signedInStaff(service);
    const stolen = new Map(browser.cookies);
    await browser.press('Sign out');
    expect([browser.page.status, browser.title]).toEqual([200, 'You are signed out']);
    const thief = new TestBrowser(service.adminBase, [], stolen);
    await thief.open('/console/consumers');
    expect(thief.title).toBe('Sign in to the console');
  });

  it('signing in changes the cookie (session fixation), and ends the session before', async () => {
    const browser = await signedInStaff(service);
    const before = browser.cookies.get('oauth10-console') ?? '';
    await browser.open('/console/sign-in');
    await browser.press('Sign in', { filled: { 'API key': ADMIN_API_KEY } });
    expect(browser.cookies.get('oauth10-console')).not.toBe(before);
    const old = new TestBrowser(service.adminBase, [], new Map([['oauth10-console', before]]));
    await old.open('/console/');
    expect(old.title).toBe('Sign in to the console');
  });

  it('a session ends with its key: deleted, or expired', async () => {
    const { id, key } = await keyOf(service, 'auditor');
    const browser = await signedInStaff(service, { key, target: '/console/consumers' });
    expect(browser.title).toBe('Consumers');
    await service.admin('DELETE', `/admin/api-keys/${id}`);
    await browser.open('/console/consumers');
    expect(browser.title).toBe('Sign in to the console');

    const short = await keyOf(service, 'auditor', new Date(Date.now() + 3_000).toISOString());
    const other = await signedInStaff(service, { key: short.key });
    expect(other.title).toBe('Overview');
    await eventually(
      () => other.open('/console/').then(() => other.title),
      (title) => title === 'Sign in to the console',
    );
  });

  it('a row that was altered in the database lets nobody in', async () => {
    const { key } = await keyOf(service, 'gateway');
    const browser = await signedInStaff(service, { key });
    expect(browser.page.status).toBe(403);
    await database.query(`UPDATE staff_sessions SET caller = 'ADMIN_API_KEY', roles = '{admin}'`);
    await browser.open('/console/');
    expect(browser.title).toBe('Sign in to the console');
  });

  it('forms from elsewhere are refused: another origin, no token, another’s token, no cookie', async () => {
    const browser = await signedInStaff(service, { target: '/console/consumer-registration' });
    const form = browser.formWith('Register consumer');
    const sent: [string, string][] = [...form.fields, ['name', 'Forged']];
    const without = sent.filter(([name]) => name !== 'form_token');
    for (const headers of [
      [['Origin', 'https://evil.example']],
      [['Origin', 'null']],
      [['Sec-Fetch-Site', 'cross-site']],
    ] as [string, string][][]) {
      expect((await browser.post(form.action, sent, headers)).status).toBe(403);
    }
    expect((await browser.post(form.action, without)).status).toBe(403);
    const auditor = await signedInStaff(service, { key: (await keyOf(service, 'admin')).key });
    const [, token = ''] = auditor.formWith('Sign out').buttons.get('Sign out')?.[0] ?? [];
    expect((await browser.post(form.action, [...without, ['form_token', token]])).status).toBe(403);
    const nobody = new TestBrowser(service.adminBase);
    expect((await nobody.post(form.action, sent)).status).toBe(403);
    const list = await service.admin('GET', '/admin/consumers?q=Forged');
    expect(list.json<{ items: unknown[] }>().items).toEqual([]);
  });

  it('a sign-in that another browser began signs nobody in (login CSRF)', async () => {
    const eve = new TestBrowser(service.adminBase);
    await eve.open('/console/');
    const form = eve.formWith('Sign in');
    const victim = new TestBrowser(service.adminBase);
    await victim.open('/console/');
    await victim.post(form.action, [...form.fields, ['api_key', ADMIN_API_KEY]]);
    expect([victim.page.status, victim.title]).toEqual([403, 'This form is out of date']);
  });

  it('no page may be framed, none runs a script from elsewhere, and none is stored', async () => {
    const browser = await signedInStaff(service);
    for (const target of ['/console/', '/console/consumers', '/console/nothing']) {
      const { headers } = await browser.open(target);
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
      );
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  it('an unknown page is 404 and a method that a page has not is 405, to those signed in', async () => {
    const browser = await signedInStaff(service);
    expect((await browser.open('/console/nothing/at/all')).status).toBe(404);
    expect((await browser.open('/console/consumers/nobody')).status).toBe(404);
    const [, token = ''] = browser.formWith('Sign out').buttons.get('Sign out')?.[0] ?? [];
    const reply = await browser.post('/console/consumers', [['form_token', token]]);
    expect([reply.status, reply.headers['allow']]).toEqual([405, 'GET, HEAD']);
    await browser.open('/console/%ff');
    expect(browser.page.status).toBe(404);
  });

  it('speaks German to who wants it', async () => {
    const browser = new TestBrowser(service.adminBase, [['Accept-Language', 'de']]);
    await browser.open('/console/');
    await browser.press('Anmelden', { filled: { 'API-Schlüssel': ADMIN_API_KEY } });
    expect(browser.page.text).toContain('<html lang="de">');
    expect(browser.title).toBe('Übersicht');
  });

  it('the public listener has no console', async () => {
    expect((await send({ base: service.publicBase, target: '/console/' })).status).toBe(404);
  });

  it('who is refused is on record, and the key is not', async () => {
    await signedInStaff(service, { key: 'wrong-key-of-somebody' });
    const reply = await service.admin('GET', '/admin/audit-events?action=call.refuse&limit=200');
    expect(reply.text).toContain('POST /console/sign-in');
    expect(reply.text).not.toContain('wrong-key-of-somebody');
  });
});
