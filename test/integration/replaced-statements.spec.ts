import { DatabaseClock } from '../../src/database/database-clock.js';
import { Statements } from '../../src/database/statements.js';
import { idHash } from '../../src/pages/id-hash.js';
import { TestBrowser } from '../support/browser.js';
import { send } from '../support/http.js';
import { databaseForAllTests } from '../support/service-for-all-tests.js';
import {
  startTestService,
  type TestConsumer,
  type TestCredentials,
  type TestService,
} from '../support/service.js';
import { signRequest } from '../support/signing-client.js';
import { keyOf, signedInStaff } from '../support/staff.js';

const ECHO = '/oauth/oauth10/echo';

/**
 * The attacker can make the service run other statements. These return any columns, or valid rows of other objects,
 * but the attacker cannot compute MACs. The test replaces prepared statements in the service's session.
 */
describe('statements that somebody else put in the place of the service’s own grant nothing', () => {
  const services: TestService[] = [];
  const database = databaseForAllTests(() => Promise.all(services.map((one) => one.stop(0))));
  let service: TestService;
  let statements: Statements;
  let consumer: TestConsumer;

  beforeAll(async () => {
    const [{ name } = { name: '' }] = await database.query<{ name: string }>(
      'SELECT current_database() AS name',
    );
    // A direct connection has named prepared statements. With one session every request uses the replaced ones.
    const direct = Object.assign(new URL(process.env['TEST_SERVER_URL'] ?? ''), {
      pathname: `/${name}`,
    });
    const run = jest.spyOn(Statements.prototype, 'run');
    service = await startTestService(direct.href, { DATABASE_POOL_SIZE: '1' });
    services.push(service);
    statements = run.mock.contexts[0] as Statements;
    run.mockRestore();
  });
  beforeEach(async () => {
    consumer = await service.registerConsumer({
      scopes: ['read', 'write'],
      twoLegged: true,
      accessTokenTtlSeconds: 1_000,
    });
  });
  afterEach(() => putBack());

  const replaced = new Map<string, string>();
  const inSession = <Row>(text: string, values: unknown[] = []) =>
    statements.runPlanned<Row>({ text, values });
  const prepared = async (name: string) => {
    const [found] = await inSession<{ text: string; types: string }>(
      `SELECT statement AS text, array_to_string(parameter_types, ', ') AS types
       FROM pg_prepared_statements WHERE name = $1`,
      [name],
    );
    if (!found) throw new Error(`${name} is not prepared`);
    return { ...found, text: found.text.replace(/^PREPARE "[^"]*" \([^)]*\) AS /, '') };
  };
  const prepare = async (name: string, text: string) => {
    const { types } = await prepared(name);
    await inSession(`DEALLOCATE "${name}"`);
    await inSession(`PREPARE "${name}" (${types}) AS ${text}`);
  };
  /** Replaces a prepared statement of the service. */
  const replace = async (name: string, edit: (text: string) => string) => {
    const { text } = await prepared(name);
    const edited = edit(text);
    expect(edited).not.toBe(text);
    replaced.set(name, text);
    await prepare(name, edited);
  };
  const putBack = async () => {
    for (const [name, text] of replaced) await prepare(name, text);
    replaced.clear();
  };
  /** Adds columns that the MAC does not cover. */
  const beside = (columns: string) => (text: string) => {
    const last = text.lastIndexOf('FROM');
    return `${text.slice(0, last)}, ${columns} ${text.slice(last)}`;
  };
  const withKey = async (key: string) =>
    (
      await send({
        base: service.adminBase,
        target: '/admin/api-keys',
        headers: [['Authorization', `Bearer ${key}`]],
      })
    ).status;

  it('no role of a key that stands beside, and no key of somebody else', async () => {
    const admin = await keyOf(service, 'admin');
    const [own, another, third] = await Promise.all([1, 2, 3].map(() => keyOf(service, 'gateway')));
    expect(await withKey(third!.key)).toBe(403);
    await replace('find-api-key', beside(`'admin' AS role, '${admin.id}' AS id`));
    expect(await withKey(own!.key)).toBe(403);
    await putBack();
    await replace('find-api-key', (text) =>
      text.replace('hash = $1', `$1 IS NOT NULL AND id = '${admin.id}'`),
    );
    expect(await withKey(another!.key)).toBe(401);
  });

  it('no key that has expired, whatever the statement leaves out', async () => {
    const { key } = await keyOf(service, 'admin', new Date(Date.now() + 60_000).toISOString());
    const nowSeconds = Date.now() / 1000;
    const clock = jest.spyOn(DatabaseClock.prototype, 'nowSeconds');
    clock.mockReturnValue(nowSeconds + 61);
    expect(await withKey(key)).toBe(401);
    clock.mockRestore();
    expect(await withKey(key)).toBe(200);
  });

  it('no role of a session of staff that stands beside, and no session of somebody else', async () => {
    const { key } = await keyOf(service, 'gateway');
    const admin = await signedInStaff(service);
    const browser = await signedInStaff(service, { key });
    const keys = async () => (await browser.open('/console/api-keys')).status;
    expect(await keys()).toBe(403);
    await replace(
      'find-staff-session',
      beside(`'oidc:me' AS name, 'oidc:me' AS caller, '{admin}'::text[] AS roles`),
    );
    expect(await keys()).toBe(403);
    await putBack();
    const id = admin.cookies.get('oauth10-console') ?? '';
    await replace('find-staff-session', insteadOfOwn(id));
    await browser.open('/console/api-keys');
    expect(browser.title).toBe('Sign in to the console');
  });

  it('no subject of a session that stands beside, and no session of somebody else', async () => {
    await service.accessToken(consumer, 'jane');
    const [jane, browser] = await Promise.all(['jane', 'mallory'].map(signedInOwner));
    await replace('find-session', beside(`'jane' AS subject`));
    await browser!.open('/oauth/auz/grants');
    expect(browser!.text).toContain('No application can act for you.');
    await putBack();
    await replace('find-session', insteadOfOwn(jane!.cookies.get('oauth10') ?? ''));
    await browser!.open('/oauth/auz/grants');
    expect(browser!.title).toBe('Sign in');
  });

  /** Selects the row of another session, whose id the attacker has read. */
  const insteadOfOwn = (id: string) => (text: string) =>
    text.replace('id_hash = $1', `$1 IS NOT NULL AND id_hash = '\\x${idHash(id).toString('hex')}'`);
  const signedInOwner = async (name: string) => {
    const browser = new TestBrowser(service.publicBase);
    await browser.open('/oauth/auz/grants');
    await browser.press('Sign in', { filled: { 'User name': name } });
    return browser;
  };

  const verdict = async (access: TestCredentials) => {
    const url = 'https://api.example.com/photos';
    const { headers } = signRequest({ method: 'GET', url, ...consumer, ...access });
    const report = { method: 'GET', url, headers: Object.fromEntries(headers) };
    return (await service.admin('POST', '/verify', report)).json();
  };

  it('no subject and no scopes of a token that stand beside, and no token of somebody else', async () => {
    const victims = await service.accessToken(consumer, 'victim');
    await verdict(await service.accessToken(consumer));
    const access = await service.accessToken(consumer, 'mallory');
    await replace(
      'find-access-tokens',
      beside(
        `'victim' AS subject, '{admin}'::text[] AS scopes, NULL::float8 AS "expiresAtSeconds"`,
      ),
    );
    expect(await verdict(access)).toMatchObject({ subject: 'mallory', scopes: ['read', 'write'] });
    await putBack();
    const other = await service.accessToken(consumer, 'mallory');
    await replace('find-access-tokens', (text) =>
      beside(`(SELECT o.secret FROM access_tokens o WHERE o.token = '${other.token}') AS secret,
        '${other.token}' AS token`)(
        text.replace(
          'access_tokens t USING (token, consumer_key)',
          `access_tokens t ON t.token = '${victims.token}'`,
        ),
      ),
    );
    expect(await verdict(other)).toMatchObject({ active: false, problem: 'token_rejected' });
  });

  const twoLegged = (who: TestConsumer) => service.signed({ method: 'GET', target: ECHO, ...who });

  it('nothing of a consumer that stands beside', async () => {
    expect((await twoLegged(consumer)).status).toBe(200);
    const other = await service.registerConsumer({ scopes: ['read'] });
    await replace(
      'find-consumers',
      beside(`true AS "twoLegged", '{read,admin}'::text[] AS scopes`),
    );
    expect((await twoLegged(other)).form()['oauth_problem']).toBe('parameter_absent');
  });

  it('no scopes for a token of staff that stand beside', async () => {
    const path = `/admin/consumers/${consumer.consumerKey}/tokens`;
    const mint = async (scopes: string[]) =>
      (await service.admin('POST', path, { subject: 'jane', scopes })).status;
    expect(await mint(['read'])).toBe(201);
    await replace('consumers-of-new-access-tokens', beside(`'{read,admin}'::text[] AS scopes`));
    expect(await mint(['admin'])).toBe(400);
  });

  it('no callback and no scopes of a request that stand beside', async () => {
    const path = async () =>
      `/admin/authorization-requests/${(await service.initiate(consumer)).token}`;
    const accept = async (to: string) =>
      (await service.admin('POST', `${to}/accept`, { subject: 'jane' })).json();
    expect(await accept(await path())).toHaveProperty('oauthVerifier');
    const [target, seen] = [await path(), await path()];
    await replace(
      'find-authorization-request',
      beside(`'https://thief.example/' AS callback,
        '{https://thief.example/}'::text[] AS "callbackUrls", '{admin}'::text[] AS scopes`),
    );
    expect((await service.admin('GET', seen)).json()).toMatchObject({ scopes: ['read', 'write'] });
    expect(await accept(target)).toMatchObject({ code: 'callback_not_registered' });
  });

  it('no token for a wrong verifier, whatever the session takes for equal', async () => {
    const temporary = await service.initiate(consumer);
    await database.query(
      `UPDATE temporary_credentials SET decision = 'allowed', decided_at = now(), subject = 'victim',
         granted_scopes = scopes, verifier_hash = 'NULL' WHERE token = $1`,
      [temporary.token],
    );
    await inSession('SET array_nulls = off');
    const reply = await service.exchange(consumer, temporary, 'any');
    await inSession('RESET array_nulls');
    expect(reply.form()['oauth_problem']).toBe('verifier_invalid');
    const [made] = await database.query<{ mac: Buffer }>(
      'SELECT grant_mac AS mac FROM access_tokens WHERE temporary_token = $1',
      [temporary.token],
    );
    expect(made?.mac).toEqual(Buffer.alloc(0));
  });
});
