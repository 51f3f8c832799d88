import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY, type TestConsumer, type TestCredentials } from '../support/service.js';
import { signRequest, type SigningInput } from '../support/signing-client.js';

const FORM = 'application/x-www-form-urlencoded';
const HOST = 'api.example.com';
const TARGET = '/a%2Fb/%ff;x?q=a+b&c=a=b=c&e=&e=1&e=1';
type Pair = readonly [string, string];
/** Without Content-Length it is unknown whether there was a body. */
const KEPT_BACK: Pair[] = [['Transfer-Encoding', 'chunked']];
type Signed = ReturnType<typeof signRequest>;

describe('contract section 7: /authz/*', () => {
  const { service } = serviceForAllTests();
  let consumer: TestConsumer;
  let access: TestCredentials;

  beforeAll(async () => {
    consumer = await service.registerConsumer();
    access = await service.accessToken(consumer, 'jané doe');
  });

  const sign = (input: Partial<SigningInput> = {}): Signed =>
    signRequest({
      method: 'GET',
      url: `https://${HOST}${TARGET}`,
      ...consumer,
      ...access,
      ...input,
    });

  const gateways: Record<string, (s: Signed) => { method?: string; target: string; told: Pair[] }> =
    {
      'nginx by URI': ({ method, target }) => ({
        target: '/authz/nginx',
        told: [
          ['X-Original-Method', method],
          ['X-Original-URI', target],
          ['X-Forwarded-Proto', 'http, https'],
          ['X-Forwarded-Host', HOST],
        ],
      }),
      'nginx by URL': ({ method, target }) => ({
        target: '/authz/nginx',
        told: [
          ['X-Original-Method', method],
          ['X-Original-URL', `https://${HOST}${target}`],
          ['X-Forwarded-Proto', ''],
        ],
      }),
      'forward-auth': ({ method, target }) => ({
        target: '/authz/forward-auth',
        told: [
          ['X-Forwarded-Method', method],
          ['X-Forwarded-Uri', target],
          ['X-Forwarded-Proto', 'wss'],
          ['X-Forwarded-Host', HOST],
          ['X-Forwarded-Port', '443'],
        ],
      }),
      'ext-authz': ({ method, target }) => ({
        method,
        target: `/authz/ext-authz${target}`,
        told: [
          ['Host', HOST],
          ['X-Forwarded-Proto', 'https'],
        ],
      }),
    };
  const ask = (gateway: string, signed: Signed, more: Pair[] = [], body?: string | Buffer) => {
    const { method = 'GET', target, told } = gateways[gateway]!(signed);
    return send({
      base: service.adminBase,
      method,
      target,
      headers: [['X-Gateway-Key', ADMIN_API_KEY], ...told, ...signed.headers, ...more],
      body,
    });
  };

  describe.each(Object.keys(gateways))('%s', (gateway) => {
    const nginx = gateway.startsWith('nginx');

    it('says who signed, of a target taken raw, and no second time', async () => {
      const signed = sign();
      const reply = await ask(gateway, signed, [['Content-Encoding', 'gzip']]);
      expect(reply.headers).toMatchObject({
        'x-oauth-consumer-key': consumer.consumerKey,
        'x-oauth-token': access.token,
        'x-oauth-subject': 'jan%C3%A9%20doe',
        'x-oauth-scope': 'photos%20profile',
        'x-oauth-body-verified': 'false',
        'cache-control': 'no-store',
      });
      expect(reply.status).toBe(200);
      const again = await ask(gateway, signed);
      expect([again.status, again.form()['oauth_problem']]).toEqual([401, 'nonce_used']);
      expect(again.headers['www-authenticate']).toContain('oauth_problem="nonce_used"');
      expect(again.headers['cache-control']).toBe('no-store');
    });

    it('a form without its body: refused, the nonce unspent', async () => {
      const signed = sign({ method: 'POST', parameters: [['a', 'b']] });
      const refused = await ask(gateway, signed, KEPT_BACK);
      expect(refused.status).toBe(nginx ? 403 : 400);
      expect(refused.form()['oauth_problem']).toBe('parameter_rejected');
      expect(refused.form()['oauth_problem_advice']).toContain('did not forward the body');
      const partial = await ask(gateway, signed, [['x-envoy-auth-partial-body', 'true']], 'a=b');
      expect(partial.status).toBe(nginx ? 403 : 400);
      const whole = await ask(gateway, signed, [], signed.body);
      expect([whole.status, whole.headers['x-oauth-body-verified']]).toEqual([200, 'true']);
    });

    it('a form type without a body is an empty form beside Content-Length: 0', async () => {
      const empty = sign({ method: 'POST', headers: [['Content-Type', FORM]] });
      const kept = await ask(gateway, empty, KEPT_BACK);
      expect(kept.form()['oauth_problem']).toBe('parameter_rejected');
      const reply = await ask(gateway, empty, [['Content-Length', '0']]);
      expect([reply.status, reply.headers['x-oauth-body-verified']]).toEqual([200, 'true']);
    });

    it('a Content-Type that is a form for some: refused, the nonce unspent', async () => {
      const signed = sign();
      const unclear = {
        ...signed,
        headers: [...signed.headers, ['Content-Type', `${FORM}, a/b`] as Pair],
      };
      const refused = await ask(gateway, unclear, [], 'a=b');
      expect(refused.status).toBe(nginx ? 403 : 400);
      expect(refused.form()['oauth_parameters_rejected']).toBe('Content-Type');
      expect((await ask(gateway, signed)).status).toBe(200);
    });

    it('all five identity headers, empty where there is nothing to tell', async () => {
      const alone = await service.registerConsumer({ twoLegged: true });
      const signed = sign({ ...alone, token: undefined, tokenSecret: undefined });
      const reply = await ask(gateway, signed);
      expect(reply.headers).toMatchObject({
        'x-oauth-consumer-key': alone.consumerKey,
        'x-oauth-token': '',
        'x-oauth-subject': '',
        'x-oauth-scope': '',
        'x-oauth-body-verified': 'false',
      });
    });

    it('allowedAddresses hold for what can be read of X-Forwarded-For, and for nothing else', async () => {
      const allowedAddresses = ['203.0.113.9', '127.0.0.1', '2001:db8::/64'];
      const bound = await service.registerConsumer({ twoLegged: true, allowedAddresses });
      for (const [entry, status] of [
        ['203.0.113.9:5123', 200],
        ['[2001:db8::1]:443', 200],
        ['203.0.113.10', 401],
        ['017700000001', 401],
        ['2130706433', 401],
        ['127.1', 401],
        ['unknown', 401],
      ] as const) {
        const signed = sign({ ...bound, token: undefined, tokenSecret: undefined });
        const reply = await ask(gateway, signed, [['X-Forwarded-For', entry]]);
        expect([entry, reply.status]).toEqual([entry, status]);
      }
    });

    it('no signature: 401; a broken one: 400, for nginx 403; no key: 403', async () => {
      const bare = { ...sign(), headers: [] };
      expect((await ask(gateway, bare)).status).toBe(401);
      const broken = await ask(gateway, bare, [['Authorization', 'OAuth a']]);
      expect(broken.status).toBe(nginx ? 403 : 400);
      const { method = 'GET', target, told } = gateways[gateway]!(bare);
      for (const headers of [
        told,
        [...told, ['Authorization', `Bearer ${ADMIN_API_KEY}`] as Pair],
      ]) {
        const reply = await send({ base: service.adminBase, method, target, headers });
        expect([reply.status, reply.headers['cache-control']]).toEqual([403, 'no-store']);
      }
    });
  });

  it.each([
    [
      'both URI and URL',
      [
        ['X-Original-Method', 'GET'],
        ['X-Original-URI', '/'],
        ['X-Original-URL', 'http://a/'],
      ],
    ],
    ['no URI', [['X-Original-Method', 'GET']]],
    ['no method', [['X-Original-URI', '/']]],
    [
      'a method with a blank',
      [
        ['X-Original-Method', 'G T'],
        ['X-Original-URI', '/'],
      ],
    ],
    [
      'a relative URI',
      [
        ['X-Original-Method', 'GET'],
        ['X-Original-URI', 'a'],
      ],
    ],
    [
      'a URL of another scheme',
      [
        ['X-Original-Method', 'GET'],
        ['X-Original-URL', 'ftp://a/'],
      ],
    ],
    [
      'a URI twice',
      [
        ['X-Original-Method', 'GET'],
        ['X-Original-URI', '/'],
        ['X-Original-URI', '/'],
      ],
    ],
  ] as [string, Pair[]][])('nginx with %s: 403', async (_, told) => {
    const headers = [['X-Gateway-Key', ADMIN_API_KEY] as Pair, ...told];
    const reply = await send({ base: service.adminBase, target: '/authz/nginx', headers });
    expect(reply.status).toBe(403);
  });
});
