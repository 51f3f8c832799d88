import { TestBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

describe('RFC 5849 §2 “Your connections”: the owner sees and takes back what was allowed', () => {
  const { database, service } = serviceForAllTests({ SCOPES_FILE: 'docs/examples/scopes.json' });
  let printer: TestConsumer;
  let album: TestConsumer;
  let browser: TestBrowser;

  beforeAll(async () => {
    printer = await service.registerConsumer({ name: 'Printer <1>', scopes: ['photos'] });
    album = await service.registerConsumer({
      name: 'Album',
      scopes: [],
      accessTokenTtlSeconds: 864_000,
    });
  });
  beforeEach(() => {
    browser = new TestBrowser(service.publicBase);
  });

  async function connections(name: string): Promise<void> {
    await browser.open('/oauth/auz/grants');
    expect([browser.page.status, browser.title]).toEqual([200, 'Sign in']);
    await browser.press('Sign in', { filled: { 'User name': name } });
    expect([browser.page.status, browser.title]).toEqual([200, 'Your connections']);
  }
  const echo = (consumer: TestConsumer, access: { token: string; tokenSecret: string }) =>
    service.signed({ method: 'GET', target: '/oauth/oauth10/echo', ...consumer, ...access });

  it('nobody’s yet', async () => {
    await connections('nobody');
    expect(browser.text).toContain('No application can act for you.');
  });

  it('who may do what, since when, until when; and no token on the page', async () => {
    const tokens = [
      await service.accessToken(printer, 'ann'),
      await service.accessToken(album, 'ann'),
      await service.accessToken(album, 'other'),
    ];
    await connections('ann');
    const today = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' });
    const later = today.format(Date.now() + 864_000_000);
    expect(browser.text).toContain(
      `Album It may know your user name Since ${today.format()} Until ${later} Last used not yet Take back`,
    );
    expect(browser.text).toContain(
      `Printer <1> It may See your photos Since ${today.format()} Until you take it back Last used not yet`,
    );
    expect(browser.page.text.match(/<li>/g)).toHaveLength(2);
    for (const { token } of tokens) expect(browser.page.text).not.toContain(token);
  });

  it('taken back: the page says so, the token is refused, the others live', async () => {
    const kept = await service.accessToken(album, 'bob');
    const lost = await service.accessToken(printer, 'bob');
    await connections('bob');
    await browser.press('Take back'); // the newest is first
    expect(browser.text).toContain('Access was taken back.');
    expect(browser.text).not.toContain('Printer');
    const refused = await echo(printer, lost);
    expect([refused.status, refused.form()['oauth_problem']]).toEqual([401, 'token_revoked']);
    expect((await echo(album, kept)).status).toBe(200);
  });

  it('more than a page of them: the older ones are behind a link, each once', async () => {
    const tokens = 23;
    const sql = `INSERT INTO access_tokens (token, consumer_key, secret, subject, scopes)
      SELECT 'many-' || n, $1, '\\x00', 'gus', '{photos}' FROM generate_series(1, ${tokens}) n`;
    await database.query(sql, [printer.consumerKey]);
    await connections('gus');
    const references = () =>
      [...browser.page.text.matchAll(/name="reference" value="(\w+)"/g)].map(([, one]) => one);
    const first = references();
    expect(Buffer.byteLength(browser.page.text)).toBeLessThan(30_000);
    const [, older = ''] = /<a href="([^"]+)">Older connections/.exec(browser.page.text) ?? [];
    await browser.open(older);
    expect(browser.page.text).not.toContain('Older connections');
    expect([first.length, new Set([...first, ...references()]).size]).toEqual([20, tokens]);
    await browser.open('/oauth/auz/grants?after=nonsense');
    expect(references()).toEqual(first);
  });

  it('revoked or expired tokens are not shown', async () => {
    const { token } = await service.accessToken(printer, 'cid');
    const expired = await service.accessToken(printer, 'cid');
    await database.query('UPDATE access_tokens SET revoked_at = now() WHERE token = $1', [token]);
    await database.query('UPDATE access_tokens SET expires_at = now() WHERE token = $1', [
      expired.token,
    ]);
    await connections('cid');
    expect(browser.text).toContain('No application can act for you.');
  });

  it('nobody takes back what is somebody else’s', async () => {
    const access = await service.accessToken(printer, 'dan');
    await connections('dan');
    const reference = Object.fromEntries(browser.formWith('Take back').fields)['reference'] ?? '';
    const eve = new TestBrowser(service.publicBase);
    await service.accessToken(printer, 'eve');
    browser = eve;
    await connections('eve');
    const { fields, action } = eve.formWith('Take back');
    const own = fields.map(([name, value]): [string, string] => [
      name,
      name === 'reference' ? reference : value,
    ]);
    await eve.post(action, own);
    expect((await echo(printer, access)).status).toBe(200);
    await eve.post(action, [['reference', reference]]);
    expect([eve.page.status, eve.title]).toEqual([403, 'This form is out of date']);
    await eve.open('/oauth/auz/grants');
    await eve.post(action, own, [['Origin', 'https://evil.example.com']]);
    expect(eve.page.status).toBe(403);
    expect(eve.page.headers['location']).toBeUndefined();
  });

  it('a use is noted within seconds, and shown to the day', async () => {
    const access = await service.accessToken(printer, 'fay');
    for (let n = 0; n < 3; n += 1) await echo(printer, access);
    const lastUsedOn = async () =>
      (
        await database.query<{ day: string | null }>(
          'SELECT last_used_on::text AS day FROM access_tokens WHERE token = $1',
          [access.token],
        )
      )[0]?.day;
    const noted = await eventually(lastUsedOn, (day) => day !== null);
    expect(noted).toBe(new Date().toISOString().slice(0, 10));
    await database.query(`UPDATE access_tokens SET last_used_on = '2026-01-05' WHERE token = $1`, [
      access.token,
    ]);
    await connections('fay');
    expect(browser.text).toContain('Last used January 5, 2026');
  });
});
