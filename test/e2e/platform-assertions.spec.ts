import type { TestDatabase } from '../support/database.js';
import { send } from '../support/http.js';
import {
  PLATFORM_TOKEN,
  askVerify,
  issuerForAllTests,
  resourceServer,
  signingKeys,
  startIssuer,
  unverified,
} from '../support/platform-issuer.js';
import {
  ADMIN_API_KEY,
  type TestConsumer,
  type TestCredentials,
  type TestService,
} from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const API_URL = 'https://api.example.com/photos';

describe('contract section 11: who signed, as a JWT', () => {
  let database: TestDatabase;
  let service: TestService;
  let consumer: TestConsumer;
  let token: TestCredentials;

  const issuer = issuerForAllTests();
  beforeAll(() => void ({ database, service, consumer, token } = issuer.all));

  const authz = (
    credentials: Partial<TestCredentials> = token,
    headers: readonly (readonly [string, string])[] = [],
  ) => {
    const signed = signRequest({ method: 'GET', url: API_URL, ...consumer, ...credentials });
    return send({
      base: service.adminBase,
      target: '/authz/forward-auth',
      headers: [
        ...signed.headers.filter(([name]) => name === 'Authorization'),
        ['X-Gateway-Key', ADMIN_API_KEY],
        ['X-Forwarded-Method', 'GET'],
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Host', 'api.example.com'],
        ['X-Forwarded-Uri', '/photos'],
        ...headers,
      ],
    });
  };

  describe('X-OAuth-Assertion at /authz/*', () => {
    it('says what the other headers say', async () => {
      const reply = await authz();
      expect(reply.status).toBe(200);
      const jwt = reply.headers['x-oauth-assertion'] ?? '';
      const { payload } = await resourceServer(service.adminBase)(jwt);
      expect(payload).toMatchObject({
        sub: 'jane',
        client_id: consumer.consumerKey,
        scope: 'photos profile',
        body_verified: false,
      });
    });

    it('is one JWT for all requests that say the same, and another for any that does not', async () => {
      const jwtOf = async (credentials?: Partial<TestCredentials>) =>
        (await authz(credentials)).headers['x-oauth-assertion'] ?? '';
      const first = await jwtOf();
      expect(await jwtOf()).toBe(first);
      const other = await service.accessToken(consumer);
      const all = [first, await jwtOf(other), await jwtOf({ token: undefined })];
      expect(new Set(all).size).toBe(3);
      expect(new Set(all.map((jwt) => unverified(jwt).payload.jti)).size).toBe(3);
      const body = signRequest({
        method: 'POST',
        url: API_URL,
        ...consumer,
        ...token,
        parameters: [['a', 'b']],
      });
      const reported = await send({
        base: service.adminBase,
        method: 'POST',
        target: '/verify',
        headers: [
          ['X-Gateway-Key', ADMIN_API_KEY],
          ['Content-Type', 'application/json'],
        ],
        body: JSON.stringify({
          method: 'POST',
          url: API_URL,
          headers: Object.fromEntries(body.headers),
          body: body.body?.toString(),
          assertion: true,
        }),
      });
      const { assertion } = reported.json<{ assertion: string }>();
      expect(unverified(assertion).payload).toMatchObject({ body_verified: true });
    });

    it('reflects what staff took from the consumer at once', async () => {
      const losing = await service.registerConsumer();
      const tokenOf = await service.accessToken(losing);
      const asked = async () => {
        const request = signRequest({ method: 'GET', url: API_URL, ...losing, ...tokenOf });
        const reply = await askVerify(service, request, ADMIN_API_KEY);
        return unverified<{ scope?: string }>(reply.json<{ assertion: string }>().assertion).payload
          .scope;
      };
      expect(await asked()).toBe('photos profile');
      await service.admin('PATCH', `/admin/consumers/${losing.consumerKey}`, {
        scopes: ['profile'],
      });
      expect(await asked()).toBe('profile');
    });

    it('is not made for a token that was revoked', async () => {
      const ending = await service.accessToken(consumer);
      expect((await authz(ending)).headers['x-oauth-assertion']).toMatch(/^ey/);
      await service.admin('POST', `/admin/tokens/${ending.token}/revoke`);
      const refused = await authz(ending);
      expect([refused.status, refused.headers['x-oauth-assertion']]).toEqual([401, undefined]);
    });

    it('nor by another replica, from the answer to the revocation on', async () => {
      const replica = await startIssuer(database.url);
      const ending = await service.accessToken(consumer);
      const asked = () => {
        const request = signRequest({ method: 'GET', url: API_URL, ...consumer, ...ending });
        return askVerify(replica, request, ADMIN_API_KEY);
      };
      expect((await asked()).json()).toMatchObject({ assertion: expect.any(String) as string });
      await service.admin('POST', `/admin/tokens/${ending.token}/revoke`);
      const [refused, bearer] = await Promise.all([
        asked(),
        replica.signed({ method: 'POST', target: PLATFORM_TOKEN, ...consumer, ...ending }),
      ]);
      await replica.stop(0);
      expect(refused.json()).toMatchObject({ active: false, problem: 'token_revoked' });
      expect(refused.json()).not.toHaveProperty('assertion');
      expect(bearer.form()).toMatchObject({ oauth_problem: 'token_revoked' });
    });

    it('is made anew once another key signs', async () => {
      const replica = await startIssuer(database.url, { PLATFORM_TOKEN_KEY_LEAD_SECONDS: '0' });
      const kidOf = async () => {
        const signed = signRequest({ method: 'GET', url: API_URL, ...consumer, ...token });
        const reply = await askVerify(replica, signed, ADMIN_API_KEY);
        return unverified(reply.json<{ assertion: string }>().assertion).header.kid;
      };
      const before = await kidOf();
      const { kid } = await signingKeys.rotate(replica);
      const after = await kidOf();
      await replica.stop(0);
      expect([after, after === before]).toEqual([kid, false]);
    });

    it('is reused for no more than half of its life', async () => {
      const short = await startIssuer(database.url, { PLATFORM_TOKEN_TTL_SECONDS: '10' });
      const ask = async () => {
        const request = signRequest({ method: 'GET', url: API_URL, ...consumer, ...token });
        const reply = await askVerify(short, request, ADMIN_API_KEY);
        return reply.json<{ assertion: string }>().assertion;
      };
      const first = await ask();
      const { iat, exp } = unverified(first).payload;
      expect(exp - iat).toBe(10);
      let last = first;
      let seenUntil = 0;
      while (last === first && Date.now() / 1000 < iat + 9) {
        seenUntil = Date.now() / 1000;
        last = await ask();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await short.stop(0);
      expect(last).not.toBe(first);
      expect(seenUntil - iat).toBeGreaterThan(4);
      expect(seenUntil - iat).toBeLessThan(6);
    });
  });

  it('POST /verify answers an assertion to who asks for one, and to nobody else', async () => {
    const request = signRequest({ method: 'GET', url: API_URL, ...consumer, ...token });
    const asked = await askVerify(service, request, ADMIN_API_KEY);
    expect(asked.json()).toMatchObject({ active: true, assertion: expect.any(String) as string });
    const other = signRequest({ method: 'GET', url: API_URL, ...consumer, ...token });
    const plain = await service.admin('POST', '/verify', {
      method: 'GET',
      url: API_URL,
      headers: Object.fromEntries(other.headers),
    });
    expect(plain.json()).not.toHaveProperty('assertion');
    const replayed = await askVerify(service, request, ADMIN_API_KEY);
    expect(replayed.json()).toMatchObject({ active: false, problem: 'nonce_used' });
    expect(replayed.json()).not.toHaveProperty('assertion');
  });
});
