import {
  createRemoteJWKSet,
  jwtVerify,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose';
import { send } from './http.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { serviceForAllTests } from './service-for-all-tests.js';
import {
  startTestService,
  type TestConsumer,
  type TestCredentials,
  type TestService,
} from './service.js';

export const ISSUER = 'https://auth.example.com';
export const AUDIENCE = 'https://api.example.com';
export const WITH_ISSUER = { PLATFORM_TOKEN_ISSUER: ISSUER, PLATFORM_TOKEN_AUDIENCE: AUDIENCE };
export const PLATFORM_TOKEN = '/oauth/oauth10/platform-token';

/** Starts a service that issues the platform's JWTs. */
export const startIssuer = (
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<TestService> => startTestService(databaseUrl, { ...WITH_ISSUER, ...env });

/**
 * A verifier like that of a resource server: it fetches the keys from the service and caches them.
 *
 * @param rememberedMs how long keys are cached; until then an unknown key is refused without a new fetch
 */
export function resourceServer(base: string, rememberedMs = 300_000) {
  const keys = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`), {
    cacheMaxAge: rememberedMs,
    cooldownDuration: rememberedMs,
  });
  return async (
    jwt: string,
  ): Promise<{ payload: JWTPayload; protectedHeader: ProtectedHeaderParameters }> =>
    jwtVerify(jwt, keys, { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt' });
}

/** The settings of the programs in docs/integrating/ that verify JWTs. */
export const resourceServerEnv = (service: TestService) => ({
  ISSUER,
  AUDIENCE,
  JWKS_URL: `${service.publicBase}/.well-known/jwks.json`,
});

/** The header and claims of a JWT, without verification. */
export function unverified<Claims = Record<string, unknown>>(jwt: string) {
  const [header = '', payload = ''] = jwt.split('.');
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  return {
    header: read(header) as { kid: string; alg: string; typ: string },
    payload: read(payload) as Claims & { iat: number; exp: number; jti: string },
  };
}

/** A gateway's request to /verify about a request of this client. */
export async function askVerify(
  service: TestService,
  request: { url: string; headers: readonly (readonly [string, string])[]; method: string },
  key: string,
) {
  return send({
    base: service.adminBase,
    method: 'POST',
    target: '/verify',
    headers: [
      ['Authorization', `Bearer ${key}`],
      ['Content-Type', 'application/json'],
    ],
    body: JSON.stringify({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      assertion: true,
    }),
  });
}

/** Gets a JWT for a client that signs with OAuth 1.0a. */
export async function bearerToken(
  service: TestService,
  consumer: { consumerKey: string; consumerSecret: string },
  token: Partial<TestCredentials> = {},
): Promise<string> {
  const reply = await service.signed({
    method: 'POST',
    target: PLATFORM_TOKEN,
    ...consumer,
    ...token,
  });
  if (reply.status !== 200) throw new Error(`No token: ${reply.status} ${reply.text}`);
  return reply.json<{ access_token: string }>().access_token;
}

/** A signing key as the admin API shows it. */
export interface ShownKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly status: string;
  readonly createdAt: string;
  readonly signsFrom: string;
  readonly publishedUntil: string | null;
}

/** The keys of an issuer, as the admin API, the JWKS and issued tokens show them. */
export const signingKeys = {
  shown: async (service: TestService) =>
    (await service.admin('GET', '/admin/signing-keys')).json<{ items: ShownKey[] }>().items,
  rotate: async (service: TestService) => {
    const reply = await service.admin('POST', '/admin/signing-keys/rotate');
    expect(reply.status).toBe(200);
    return reply.json<ShownKey>();
  },
  publishedBy: async (service: TestService) => {
    const reply = await send({ base: service.publicBase, target: '/.well-known/jwks.json' });
    return reply.json<{ keys: { kid: string }[] }>().keys.map(({ kid }) => kid);
  },
  kidOf: async (service: TestService, consumer: TestConsumer) =>
    unverified(await bearerToken(service, consumer)).header.kid,
};

/** One database per test, with any number of services on it. */
export function issuersForEachTest() {
  let database: TestDatabase;
  const running: TestService[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.stop(0)));
    await database?.drop();
  });
  return {
    get database(): TestDatabase {
      return database;
    },
    /** The services that are stopped after the test. */
    running,
    async start(env: Record<string, string> = {}): Promise<TestService> {
      const service = await startIssuer(database.url, env);
      running.push(service);
      return service;
    },
  };
}

/** One issuer for all tests of a block, with a consumer and an access token of the owner `jane`. */
export function issuerForAllTests() {
  const { database, service } = serviceForAllTests(WITH_ISSUER);
  let consumer: TestConsumer;
  let token: TestCredentials;
  beforeAll(async () => {
    consumer = await service.registerConsumer({ twoLegged: true });
    token = await service.accessToken(consumer);
  });
  return {
    get all() {
      return { database, service, consumer, token };
    },
  };
}
