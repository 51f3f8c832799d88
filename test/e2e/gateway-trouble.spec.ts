import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { send, type HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY, startTestService, type TestConsumer } from '../support/service.js';
import { signRequest, type SigningInput } from '../support/signing-client.js';

const URL_OF_API = 'http://api.example.com/photos';
type Signed = ReturnType<typeof signRequest>;

describe('contract section 7: gateways in trouble', () => {
  let wayToDatabase: DatabaseProxy;
  const { database, service } = serviceForAllTests(async ({ url }) => {
    wayToDatabase = await proxyTo(url);
    return { DATABASE_URL: wayToDatabase.url };
  });
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ twoLegged: true });
  });
  afterAll(async () => {
    await wayToDatabase?.close();
  });

  const sign = (input: Partial<SigningInput> = {}): Signed =>
    signRequest({ method: 'GET', url: URL_OF_API, ...consumer, ...input });

  /** How to ask each endpoint about a request to URL_OF_API. */
  const endpoints: Record<
    string,
    (signed: Signed, base: string, key: string) => Promise<HttpReply>
  > = {
    '/verify': ({ method, headers }, base, key) =>
      send({
        base,
        method: 'POST',
        target: '/verify',
        headers: [
          ['X-Gateway-Key', key],
          ['Content-Type', 'application/json'],
        ],
        body: JSON.stringify({ method, url: URL_OF_API, headers: Object.fromEntries(headers) }),
      }),
    '/authz/nginx': ({ headers }, base, key) =>
      send({
        base,
        target: '/authz/nginx',
        headers: [
          ['X-Gateway-Key', key],
          ['X-Original-Method', 'GET'],
          ['X-Original-URL', URL_OF_API],
          ...headers,
        ],
      }),
    '/authz/forward-auth': ({ headers }, base, key) =>
      send({
        base,
        target: '/authz/forward-auth',
        headers: [
          ['X-Gateway-Key', key],
          ['X-Forwarded-Method', 'GET'],
          ['X-Forwarded-Uri', '/photos'],
          ['X-Forwarded-Host', 'api.example.com'],
          ...headers,
        ],
      }),
    '/authz/ext-authz': ({ headers }, base, key) =>
      send({
        base,
        target: '/authz/ext-authz/photos',
        headers: [['X-Gateway-Key', key], ['Host', 'api.example.com'], ...headers],
      }),
  };

  describe.each(Object.keys(endpoints))('%s', (name) => {
    const ask = (signed: Signed, { at = service, key = ADMIN_API_KEY } = {}) =>
      endpoints[name]!(signed, at.adminBase, key);

    it('the store out of reach: 503 with Retry-After, never a verdict; and back by itself', async () => {
      wayToDatabase.cut();
      try {
        const reply = await ask(sign());
        expect(reply.status).toBe(503);
        expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
        expect(reply.headers['cache-control']).toBe('no-store');
        expect(reply.headers['www-authenticate']).toBeUndefined();
        expect(reply.text).not.toMatch(/ECONN|postgres|127\.0\.0\.1/);
      } finally {
        wayToDatabase.mend();
      }
      expect((await ask(sign())).status).toBe(200);
    });

    it('OAUTH_PROBLEM_DETAIL=uniform tells gateways, too, nothing of which keys exist', async () => {
      const uniform = await startTestService(database.url, { OAUTH_PROBLEM_DETAIL: 'uniform' });
      try {
        const told = async (input: Partial<SigningInput>) => {
          const { status, text, headers } = await ask(sign(input), { at: uniform });
          return [status, text, headers['www-authenticate']];
        };
        const wrongSignature = await told({ consumerSecret: 'wrong' });
        expect(wrongSignature[1]).toContain('signature_invalid');
        expect(await told({ consumerKey: 'unknown' })).toEqual(wrongSignature);
        expect(await told({ token: 'unknown', tokenSecret: 'x' })).toEqual(wrongSignature);
        const sha1Only = await service.registerConsumer({
          twoLegged: true,
          signatureMethods: ['HMAC-SHA1'],
        });
        const methodRefused = await told({ ...sha1Only, signatureMethod: 'HMAC-SHA256' });
        expect(methodRefused).toEqual(wrongSignature);
      } finally {
        await uniform.stop(0);
      }
    });

    it.each([
      ['admin', true],
      ['gateway', true],
      ['auditor', false],
      ['consent', false],
    ])('a key of the role %s: let in is %s', async (role, letIn) => {
      const made = await service.admin('POST', '/admin/api-keys', { name: `a ${role}`, role });
      expect(made.status).toBe(201);
      const { key } = made.json<{ key: string }>();
      const signed = sign();
      const reply = await ask(signed, { key });
      expect(reply.status).toBe(letIn ? 200 : 403);
      expect(reply.text).not.toContain(key);
      // A refused key does not spend the nonce.
      if (!letIn) expect((await ask(signed)).status).toBe(200);
    });
  });
});
