import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { send } from '../support/http.js';
import {
  ISSUER,
  PLATFORM_TOKEN,
  askVerify,
  bearerToken,
  issuerForAllTests,
  resourceServer,
  startIssuer,
} from '../support/platform-issuer.js';
import {
  ADMIN_API_KEY,
  startTestService,
  type TestConsumer,
  type TestCredentials,
  type TestService,
} from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const API_URL = 'https://api.example.com/photos';

describe("contract section 11: the platform's own tokens", () => {
  let database: TestDatabase;
  let service: TestService;
  let consumer: TestConsumer;
  let token: TestCredentials;

  const issuer = issuerForAllTests();
  beforeAll(() => void ({ database, service, consumer, token } = issuer.all));

  describe('what is published', () => {
    it.each(['publicBase', 'adminBase'] as const)('keys and metadata at %s', async (listener) => {
      const base = service[listener];
      const jwks = await send({ base, target: '/.well-known/jwks.json' });
      expect([jwks.status, jwks.headers['cache-control'], jwks.headers['content-type']]).toEqual([
        200,
        'public, max-age=300',
        'application/json',
      ]);
      expect(jwks.json()).toEqual({
        keys: [
          {
            kty: 'EC',
            crv: 'P-256',
            alg: 'ES256',
            use: 'sig',
            kid: expect.any(String) as string,
            x: expect.any(String) as string,
            y: expect.any(String) as string,
          },
        ],
      });
      const metadata = await send({ base, target: '/.well-known/oauth-authorization-server' });
      expect([metadata.status, metadata.json()]).toEqual([
        200,
        {
          issuer: ISSUER,
          jwks_uri: `${ISSUER}/.well-known/jwks.json`,
          token_endpoint: `${ISSUER}/oauth/oauth10/platform-token`,
          token_endpoint_auth_methods_supported: ['urn:ietf:rfc:5849'],
          grant_types_supported: ['urn:ietf:rfc:5849'],
          response_types_supported: ['none'],
        },
      ]);
    });

    it('under PUBLIC_URL where clients come by another way', async () => {
      const other = await startIssuer(database.url, {
        PUBLIC_URL: 'https://api.example.com/auth/',
      });
      const target = '/.well-known/oauth-authorization-server';
      const reply = await send({ base: other.publicBase, target });
      await other.stop(0);
      expect(reply.json()).toMatchObject({
        issuer: ISSUER,
        jwks_uri: 'https://api.example.com/auth/.well-known/jwks.json',
        token_endpoint: 'https://api.example.com/auth/oauth/oauth10/platform-token',
      });
    });
  });

  it('metadata behind the path of the issuer, too, and behind no other', async () => {
    const other = await startIssuer(database.url, {
      PLATFORM_TOKEN_ISSUER: 'https://auth.example.com/tenants/a/',
    });
    const metadata = '/.well-known/oauth-authorization-server';
    const ask = (path: string, method = 'GET') =>
      send({ base: other.publicBase, method, target: metadata + path });
    const found = await Promise.all(['', '/tenants/a', '/tenants/a?x=y'].map((path) => ask(path)));
    const missing = await Promise.all(
      ['/', '/tenants', '/tenants/a/', '/tenants/a/b', '/tenants%2Fa', '/tenants/A'].map((path) =>
        ask(path),
      ),
    );
    const posted = await ask('/tenants/a', 'POST');
    await other.stop(0);
    for (const reply of found) {
      expect([reply.status, reply.json()]).toMatchObject([
        200,
        {
          issuer: 'https://auth.example.com/tenants/a/',
          jwks_uri: 'https://auth.example.com/tenants/a/.well-known/jwks.json',
        },
      ]);
    }
    expect([...missing, posted].map(({ status }) => status)).toEqual(Array(7).fill(404));
    const plain = await send({ base: service.publicBase, target: `${metadata}/tenants/a` });
    expect(plain.status).toBe(404);
  });

  it.each(['EdDSA', 'RS256'])('signs with %s where that is set', async (algorithm) => {
    const own = await createTestDatabase();
    const other = await startIssuer(own.url, { PLATFORM_TOKEN_ALGORITHM: algorithm });
    const owner = await other.registerConsumer({ twoLegged: true });
    const jwt = await bearerToken(other, owner);
    const { protectedHeader } = await resourceServer(other.publicBase)(jwt);
    await other.stop(0);
    await own.drop();
    expect(protectedHeader.alg).toBe(algorithm);
  });

  it('without the setting there is none of it, and the header is there and empty', async () => {
    const other = await startTestService(database.url);
    const statuses = await Promise.all(
      [
        [other.publicBase, '/.well-known/jwks.json'],
        [other.adminBase, '/.well-known/jwks.json'],
        [other.publicBase, '/.well-known/oauth-authorization-server'],
        [other.adminBase, '/.well-known/oauth-authorization-server'],
        [other.publicBase, PLATFORM_TOKEN],
      ].map(async ([base = '', target]) => (await send({ base, target })).status),
    );
    const keys = await other.admin('GET', '/admin/signing-keys');
    const rotated = await other.admin('POST', '/admin/signing-keys/rotate');
    const request = signRequest({ method: 'GET', url: API_URL, ...consumer, ...token });
    const asked = await askVerify(other, request, ADMIN_API_KEY);
    const signed = signRequest({ method: 'GET', url: API_URL, ...consumer, ...token });
    const verdict = await send({
      base: other.adminBase,
      target: '/authz/nginx',
      headers: [
        ...signed.headers.filter(([name]) => name === 'Authorization'),
        ['X-Gateway-Key', ADMIN_API_KEY],
        ['X-Original-Method', 'GET'],
        ['X-Original-URL', API_URL],
        ['X-OAuth-Assertion', 'what a client sends'],
      ],
    });
    await other.stop(0);
    expect(statuses).toEqual([404, 404, 404, 404, 404]);
    expect([keys.status, rotated.status]).toEqual([404, 404]);
    expect([asked.status, asked.json()]).toMatchObject([
      400,
      { errors: [{ pointer: '/assertion' }] },
    ]);
    expect([verdict.status, verdict.headers['x-oauth-assertion']]).toEqual([200, '']);
  });
});
