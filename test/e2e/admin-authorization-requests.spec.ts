import { expectProblem, faultPlaces } from '../support/admin-problem.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { credentialsIn, type TestConsumer } from '../support/service.js';

const CALLBACK = 'http://client.example.com/ready';

describe('Admin API: authorization requests (RFC 5849 section 2.2)', () => {
  const { database, service } = serviceForAllTests();
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ description: 'Prints photos' });
  });

  const path = (token: string) => `/admin/authorization-requests/${token}`;
  const get = async (token: string) => (await service.admin('GET', path(token))).json();
  const accept = (token: string, body: unknown) =>
    service.admin('POST', `${path(token)}/accept`, body);
  const reject = (token: string, body?: unknown) =>
    service.admin('POST', `${path(token)}/reject`, body);
  const expire = (token: string) =>
    database.query(
      `UPDATE temporary_credentials SET expires_at = now() - interval '1 second' WHERE token = $1`,
      [token],
    );

  it('shows who asks for what', async () => {
    const { token, tokenSecret } = await service.initiate(consumer, CALLBACK);
    const reply = await service.admin('GET', path(token));
    expect(reply.status).toBe(200);
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.text).not.toContain(tokenSecret);
    expect(reply.json()).toEqual({
      oauthToken: token,
      consumer: {
        consumerKey: consumer.consumerKey,
        name: 'Test consumer',
        description: 'Prints photos',
      },
      scopes: ['photos', 'profile'],
      callback: CALLBACK,
      status: 'pending',
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  it('accepts with the redirect and verifier that the client can exchange', async () => {
    const temporary = await service.initiate(consumer, CALLBACK);
    const reply = await accept(temporary.token, { subject: 'jane', scopes: ['photos'] });
    expect(reply.status).toBe(200);
    const { redirectTo, oauthVerifier } = reply.json();
    expect(Object.keys(reply.json()).sort()).toEqual(['oauthVerifier', 'redirectTo']);
    expect(redirectTo).toBe(
      `${CALLBACK}?oauth_token=${temporary.token}&oauth_verifier=${oauthVerifier}`,
    );
    expect((await get(temporary.token)).status).toBe('allowed');
    const credentials = credentialsIn(await service.exchange(consumer, temporary, oauthVerifier));
    expect((await get(temporary.token)).status).toBe('used');
    const echo = await service.signed({
      method: 'GET',
      target: '/oauth/oauth10/echo',
      ...consumer,
      ...credentials,
    });
    expect(echo.json()).toMatchObject({ subject: 'jane', scopes: ['photos'] });
  });

  it('has no redirect for oob', async () => {
    const { token } = await service.initiate(consumer);
    const { redirectTo, oauthVerifier } = (await accept(token, { subject: 'jane' })).json();
    expect([redirectTo, oauthVerifier]).toEqual([null, expect.stringMatching(/^\w{10}$/)]);
  });

  it.each([undefined, {}, { reason: 'Not now.' }, { reason: null }])(
    'rejects with the redirect that says so (%#)',
    async (body) => {
      const { token } = await service.initiate(consumer, CALLBACK);
      const reply = await reject(token, body);
      expect([reply.status, reply.json()]).toEqual([
        200,
        { redirectTo: `${CALLBACK}?oauth_token=${token}&oauth_problem=permission_denied` },
      ]);
      expect((await get(token)).status).toBe('denied');
    },
  );

  it('404 not_found for tokens that are unknown, or can not be tokens', async () => {
    for (const token of ['unknown', 'a%00b', 'x'.repeat(5000), '%20']) {
      expectProblem(await service.admin('GET', path(token)), 404, 'not_found');
      expectProblem(await accept(token, { subject: 'jane' }), 404, 'not_found');
      expectProblem(await reject(token), 404, 'not_found');
    }
  });

  it.each<[string, (token: string) => Promise<unknown>]>([
    ['allowed', (token) => accept(token, { subject: 'jane' })],
    ['denied', (token) => reject(token)],
  ])('409 already_decided once %s, also when expired since', async (status, decide) => {
    const { token } = await service.initiate(consumer);
    await decide(token);
    expect((await get(token)).status).toBe(status);
    expectProblem(await accept(token, { subject: 'eve' }), 409, 'already_decided');
    expectProblem(await reject(token), 409, 'already_decided');
    await expire(token);
    expectProblem(await accept(token, { subject: 'eve' }), 409, 'already_decided');
    expectProblem(await reject(token), 409, 'already_decided');
  });

  it('410 expired after its time', async () => {
    const { token } = await service.initiate(consumer);
    await expire(token);
    expect((await get(token)).status).toBe('expired');
    expectProblem(await accept(token, { subject: 'jane' }), 410, 'expired');
    expectProblem(await reject(token), 410, 'expired');
  });

  it('lets one of ten racing decisions win', async () => {
    const { token } = await service.initiate(consumer);
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 ? reject(token) : accept(token, { subject: `s${index}` }),
      ),
    );
    const statuses = replies.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(9).fill(409)]);
  });

  it.each<[string, unknown]>([
    ['/subject', {}],
    ['/subject', { subject: '' }],
    ['/subject', { subject: null }],
    ['/subject', { subject: 7 }],
    ['/subject', { subject: 'x'.repeat(256) }],
    ['/subject', { subject: 'a\0b' }],
    ['/subject', { subject: '\ud800' }],
    ['/scopes', { subject: 'jane', scopes: 'photos' }],
    ['/scopes', { subject: 'jane', scopes: ['photos', 'admin'] }],
    ['/scopes/0', { subject: 'jane', scopes: ['photos profile'] }],
    ['/scopes/1', { subject: 'jane', scopes: ['photos', 'photos'] }],
    ['/consumerKey', { subject: 'jane', consumerKey: 'x' }],
    ['', []],
  ])(
    '400 validation_failed at %s of an acceptance, and nothing is decided (%#)',
    async (pointer, body) => {
      const { token } = await service.initiate(consumer);
      expect(faultPlaces(await accept(token, body))).toEqual([pointer]);
      expect((await get(token)).status).toBe('pending');
    },
  );

  it.each<[string, unknown]>([
    ['/reason', { reason: 7 }],
    ['/reason', { reason: 'x'.repeat(1001) }],
    ['/subject', { subject: 'jane' }],
    ['', 'no'],
  ])(
    '400 validation_failed at %s of a rejection, and nothing is decided (%#)',
    async (pointer, body) => {
      const { token } = await service.initiate(consumer);
      expect(faultPlaces(await reject(token, body))).toEqual([pointer]);
      expect((await get(token)).status).toBe('pending');
    },
  );
});
