import { createHash, generateKeyPairSync } from 'node:crypto';
import { DatabaseClock } from '../../src/database/database-clock.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { refusedGrantsAt } from '../support/refused-grants.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

const ECHO = '/oauth/oauth10/echo';

/** The attacker can write to the database but has none of SECRET_KEYS. */
describe('what is written to the database beside the service grants nothing', () => {
  const { database, service } = serviceForAllTests();
  let consumer: TestConsumer;

  beforeEach(async () => {
    consumer = await service.registerConsumer({ scopes: ['read', 'write'], twoLegged: true });
  });

  const refusedGrants = (kind: string) => refusedGrantsAt(service, kind);
  const withKey = async (key: string) =>
    (
      await send({
        base: service.adminBase,
        target: '/admin/consumers',
        headers: [['Authorization', `Bearer ${key}`]],
      })
    ).status;
  const hashOf = (key: string) => createHash('sha256').update(key).digest();

  /** The service acknowledges a change after its own notification, which arrives after all earlier ones. */
  const afterNotifications = async () => {
    const path = `/admin/consumers/${consumer.consumerKey}`;
    expect((await service.admin('PATCH', path, { name: 'Later' })).status).toBe(200);
  };

  it('no key of staff', async () => {
    const before = await refusedGrants('api-key');
    const key = 'oak_of_my_own_making_and_long_enough_for_it';
    await database.query(
      `INSERT INTO api_keys (id, name, role, hash) VALUES ('forged', 'Forged', 'admin', $1)`,
      [hashOf(key)],
    );
    expect(await withKey(key)).toBe(401);
    expect(await refusedGrants('api-key')).toBe(before + 1);

    const made = (
      await service.admin('POST', '/admin/api-keys', { name: 'Genuine', role: 'gateway' })
    ).json<{ id: string; key: string }>();
    await database.query(
      `UPDATE api_keys SET grant_mac = (SELECT grant_mac FROM api_keys WHERE id = $1)
       WHERE id = 'forged'`,
      [made.id],
    );
    expect(await withKey(key)).toBe(401);
  });

  it.each([
    ['role', `role = 'admin'`],
    ['hash', 'hash = sha256(hash)'],
    ['expires_at', `expires_at = now() + interval '9 years'`],
    ['id', `id = id || 'x'`],
    ['grant_mac', 'grant_mac = NULL'],
  ])('no other %s of a key', async (column, assignment) => {
    const { id, key } = (
      await service.admin('POST', '/admin/api-keys', { name: 'Genuine', role: 'auditor' })
    ).json<{ id: string; key: string }>();
    let hash = hashOf(key);
    await database.query(`UPDATE api_keys SET ${assignment} WHERE id = $1`, [id]);
    if (column === 'hash') hash = createHash('sha256').update(hash).digest();
    // The key's hash still finds the row, so only the MAC can cause the 401. For a valid row see below.
    const rows = await database.query(`SELECT 1 FROM api_keys WHERE hash = $1`, [hash]);
    expect(rows).toHaveLength(1);
    expect(await withKey(key)).toBe(401);
  });

  const rsaPublicKey = () =>
    generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
      type: 'spki',
      format: 'pem',
    }) as string;

  it.each<[string, string, () => unknown[]]>([
    ['signature_methods', `signature_methods = '{PLAINTEXT,HMAC-SHA1}'`, () => []],
    ['rsa_public_key', 'rsa_public_key = $2', () => [rsaPublicKey()]],
    ['callback_urls', `callback_urls = '{https://thief.example/}'`, () => []],
    ['scopes', `scopes = '{read,write,admin}'`, () => []],
    ['two_legged', 'two_legged = NOT two_legged', () => []],
    ['access_token_ttl_seconds', 'access_token_ttl_seconds = 999999', () => []],
    ['allowed_addresses', `allowed_addresses = '{0.0.0.0/0}'`, () => []],
    ['compatibility', `compatibility = '{split_parameters}'`, () => []],
    ['expires_at', `expires_at = now() + interval '9 years'`, () => []],
    ['previous_secret_expires_at', `previous_secret_expires_at = now()`, () => []],
    ['weak_signatures_until', `weak_signatures_until = now() + interval '9 years'`, () => []],
    ['grant_mac', 'grant_mac = NULL', () => []],
  ])('no other %s of a consumer', async (column, assignment, values) => {
    const before = await refusedGrants('consumer');
    if (column === 'two_legged') consumer = await service.registerConsumer();
    const { consumerKey } = consumer;
    await database.query(`UPDATE consumers SET ${assignment} WHERE consumer_key = $1`, [
      consumerKey,
      ...values(),
    ]);
    const reply = await service.signed({ method: 'GET', target: ECHO, ...consumer });
    expect(reply.status).toBe(401);
    expect(reply.form()['oauth_problem']).toBe('signature_invalid');
    expect(await refusedGrants('consumer')).toBeGreaterThan(before);

    // No act of staff gives the row a valid MAC.
    const path = `/admin/consumers/${consumerKey}`;
    const acts = [
      await service.admin('PATCH', path, { name: 'Another' }),
      await service.admin('POST', `${path}/secret`, { overlapSeconds: 0 }),
      await service.admin('PUT', `${path}/weak-signatures`, { until: null }),
      await service.admin('POST', `${path}/tokens`, { subject: 'jane' }),
    ];
    expect(acts.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect((await service.signed({ method: 'GET', target: ECHO, ...consumer })).status).toBe(401);
    const exported = await service.admin('GET', '/admin/export?secrets=true');
    expect(exported.text).not.toContain(consumerKey);
    expect((await service.admin('DELETE', path)).status).toBe(204);
  });

  it('no consumer that was disabled is enabled', async () => {
    const { consumerKey } = consumer;
    const path = `/admin/consumers/${consumerKey}`;
    expect((await service.admin('PATCH', path, { status: 'disabled' })).status).toBe(200);
    const sql = `UPDATE consumers SET status = 'active' WHERE consumer_key = $1`;
    await database.query(sql, [consumerKey]);
    const reply = await service.signed({ method: 'GET', target: ECHO, ...consumer });
    expect(reply.form()['oauth_problem']).toBe('signature_invalid');
  });

  it.each([
    ['subject', `subject = 'victim'`],
    ['scopes', `scopes = '{read,write,admin}'`],
    ['expires_at', `expires_at = now() + interval '9 years'`],
    ['grant_mac', 'grant_mac = NULL'],
    ['another’s MAC', 'grant_mac = (SELECT grant_mac FROM access_tokens WHERE token = $2)'],
  ])('no other %s of a token', async (what, assignment) => {
    const token = await service.accessToken(consumer);
    const other = await service.accessToken(consumer);
    const call = () => service.signed({ method: 'GET', target: ECHO, ...consumer, ...token });
    expect((await call()).status).toBe(200);
    await database.query(
      `UPDATE access_tokens SET ${assignment} WHERE token = $1`,
      assignment.includes('$2') ? [token.token, other.token] : [token.token],
    );
    await afterNotifications();
    const reply = await call();
    expect([what, reply.form()['oauth_problem']]).toEqual([what, 'token_rejected']);
  });

  it.each([
    ['the process finds expired, and no longer once its clock was set back', 0, 'token_expired'],
    ['has expired by the database and not yet by a process that lags', 60, 'token_rejected'],
  ])('no token that %s', async (_, lagSeconds, problem) => {
    const token = await service.accessToken(consumer);
    await database.query(
      `UPDATE access_tokens SET subject = 'victim', expires_at = now() - interval '5 seconds' WHERE token = $1`,
      [token.token],
    );
    await afterNotifications();
    const now = jest.spyOn(DatabaseClock.prototype, 'nowSeconds');
    for (const behindSeconds of [lagSeconds, 60]) {
      now.mockImplementation(() => Date.now() / 1000 - behindSeconds);
      const reply = await service.signed({ method: 'GET', target: ECHO, ...consumer, ...token });
      expect(reply.form()['oauth_problem']).toBe(problem);
    }
    now.mockRestore();
  });

  it('nobody is sent to a callback that was put in, when the owner denies', async () => {
    const temporary = await service.initiate(consumer);
    await database.query(
      `UPDATE consumers SET callback_urls = '{https://thief.example/}' WHERE consumer_key = $1`,
      [consumer.consumerKey],
    );
    const path = `/admin/authorization-requests/${temporary.token}/reject`;
    expect((await service.admin('POST', path, {})).status).toBe(404);
    const [row] = await database.query<{ decision: string | null }>(
      'SELECT decision FROM temporary_credentials WHERE token = $1',
      [temporary.token],
    );
    expect(row).toEqual({ decision: null });
  });

  it('what one consumer was allowed is for no other', async () => {
    const other = await service.registerConsumer({ scopes: ['read', 'write'] });
    const temporary = await service.initiate(consumer);
    const verifier = await service.accept(temporary.token);
    await database.query('UPDATE temporary_credentials SET consumer_key = $2 WHERE token = $1', [
      temporary.token,
      other.consumerKey,
    ]);
    // The seal of the secret depends on the token alone.
    const reply = await service.exchange(other, temporary, verifier);
    expect(reply.form()['oauth_problem']).toBe('verifier_invalid');
  });

  it('no revocation is taken back', async () => {
    const token = await service.accessToken(consumer);
    const call = () => service.signed({ method: 'GET', target: ECHO, ...consumer, ...token });
    expect((await service.admin('POST', `/admin/tokens/${token.token}/revoke`)).status).toBe(204);
    expect((await call()).form()['oauth_problem']).toBe('token_revoked');
    const sql = 'UPDATE access_tokens SET revoked_at = NULL WHERE token = $1';
    await database.query(sql, [token.token]);
    const problems = async () => (await call()).form()['oauth_problem'];
    await eventually(problems, (problem) => problem === 'token_rejected');
    expect(await problems()).toBe('token_rejected');
  });

  it.each([
    ['subject', `subject = 'victim'`],
    ['scopes', `granted_scopes = '{read}'`],
    ['end', `expires_at = expires_at + interval '1 hour'`],
    ['verifier', 'verifier_hash = sha256(convert_to($2, $3))'],
    ['verifier', 'verifier_hash = substr(convert_to($2, $3), 1, 0)'],
  ])('no other %s of what an owner allowed', async (what, assignment) => {
    const temporary = await service.initiate(consumer);
    const given = await service.accept(temporary.token);
    const verifier = what === 'verifier' ? 'chosen by me' : given;
    await database.query(
      `UPDATE temporary_credentials SET ${assignment} WHERE token = $1`,
      what === 'verifier' ? [temporary.token, verifier, 'UTF8'] : [temporary.token],
    );
    const reply = await service.exchange(consumer, temporary, verifier);
    expect(reply.form()['oauth_problem']).toBe('verifier_invalid');
  });
});
