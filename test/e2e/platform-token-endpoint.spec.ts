import type { TestDatabase } from '../support/database.js';
import { send } from '../support/http.js';
import {
  AUDIENCE,
  ISSUER,
  PLATFORM_TOKEN,
  bearerToken,
  issuerForAllTests,
  resourceServer,
  startIssuer,
  unverified,
} from '../support/platform-issuer.js';
import { type TestConsumer, type TestCredentials, type TestService } from '../support/service.js';

describe('contract section 11: from OAuth 1.0a to a bearer token', () => {
  let database: TestDatabase;
  let service: TestService;
  let consumer: TestConsumer;
  let token: TestCredentials;

  const issuer = issuerForAllTests();
  beforeAll(() => void ({ database, service, consumer, token } = issuer.all));

  describe('GET|POST /oauth/oauth10/platform-token', () => {
    it.each(['GET', 'POST'])('%s answers a bearer token that others can check', async (method) => {
      const before = Math.floor(Date.now() / 1000);
      const reply = await service.signed({ method, target: PLATFORM_TOKEN, ...consumer, ...token });
      expect([reply.status, reply.headers['cache-control'], reply.headers['content-type']]).toEqual(
        [200, 'no-store', 'application/json'],
      );
      const body = reply.json<Record<string, unknown> & { access_token: string }>();
      expect(body).toEqual({
        access_token: expect.any(String) as string,
        token_type: 'Bearer',
        expires_in: 60,
        scope: 'photos profile',
      });
      const { payload, protectedHeader } = await resourceServer(service.publicBase)(
        body.access_token,
      );
      expect(protectedHeader).toEqual({
        typ: 'at+jwt',
        alg: 'ES256',
        kid: expect.any(String) as string,
      });
      expect(payload).toEqual({
        iss: ISSUER,
        aud: AUDIENCE,
        sub: 'jane',
        client_id: consumer.consumerKey,
        scope: 'photos profile',
        iat: expect.any(Number) as number,
        exp: (payload.iat ?? 0) + 60,
        jti: expect.any(String) as string,
        body_verified: false,
      });
      expect(Math.abs((payload.iat ?? 0) - before)).toBeLessThanOrEqual(2);
    });

    it('two-legged: the consumer is the subject, and there is no scope', async () => {
      const reply = await service.signed({ method: 'POST', target: PLATFORM_TOKEN, ...consumer });
      const body = reply.json<{ access_token: string }>();
      expect(body).not.toHaveProperty('scope');
      const { payload } = unverified(body.access_token);
      expect(payload).toMatchObject({ sub: consumer.consumerKey, client_id: consumer.consumerKey });
      expect(payload).not.toHaveProperty('scope');
    });

    it('narrows to the scopes that are asked for, in header, query and form', async () => {
      const asked = [['scope', 'photos']] as const;
      for (const options of [
        { extraParameters: asked, target: PLATFORM_TOKEN },
        { target: `${PLATFORM_TOKEN}?scope=photos` },
        { target: PLATFORM_TOKEN, parameters: asked },
      ]) {
        const reply = await service.signed({ method: 'POST', ...consumer, ...token, ...options });
        expect(reply.json()).toMatchObject({ scope: 'photos' });
        const { payload } = unverified<{ scope: string }>(
          reply.json<{ access_token: string }>().access_token,
        );
        expect(payload.scope).toBe('photos');
      }
    });

    it('refuses more than the token has, and the nonce stays unspent', async () => {
      const narrow = await service.admin(
        'POST',
        `/admin/consumers/${consumer.consumerKey}/tokens`,
        { subject: 'jo', scopes: ['photos'] },
      );
      const few = narrow.json<TestCredentials>();
      const [timestamp, nonce] = [Math.floor(Date.now() / 1000), 'a-nonce-for-two-tries'];
      for (const scope of ['profile', 'photos profile', 'PHOTOS']) {
        const reply = await service.signed({
          method: 'POST',
          target: `${PLATFORM_TOKEN}?scope=${encodeURIComponent(scope)}`,
          ...consumer,
          ...few,
          timestamp,
          nonce,
        });
        expect([reply.status, reply.form()]).toMatchObject([
          400,
          { oauth_problem: 'parameter_rejected', oauth_parameters_rejected: 'scope' },
        ]);
      }
      const right = { method: 'POST', target: PLATFORM_TOKEN, ...consumer, ...few, timestamp };
      expect((await service.signed({ ...right, nonce })).status).toBe(200);
      const again = await service.signed({ ...right, nonce });
      expect([again.status, again.form()]).toMatchObject([401, { oauth_problem: 'nonce_used' }]);
    });

    it('refuses two-legged requests that ask for any scope', async () => {
      const target = `${PLATFORM_TOKEN}?scope=photos`;
      const reply = await service.signed({ method: 'POST', target, ...consumer });
      expect(reply.form()).toMatchObject({ oauth_problem: 'parameter_rejected' });
    });

    it.each([
      ['DELETE', [], 405],
      ['HEAD', [], 405],
      ['POST', [['Accept', 'text/html']], 406],
      ['GET', [['Accept', 'application/json;q=0']], 406],
    ] as const)('%s with %j: %i, and nothing is consumed', async (method, headers, status) => {
      const nonce = `unspent-${method}-${headers.length}`;
      const timestamp = Math.floor(Date.now() / 1000);
      const asked = { target: PLATFORM_TOKEN, ...consumer, ...token, nonce, timestamp };
      const refused = await service.signed({ method, ...asked, headers });
      expect(refused.status).toBe(status);
      if (status === 405) expect(refused.headers['allow']).toBe('GET, POST');
      expect(refused.headers['cache-control']).toBe('no-store');
      expect((await service.signed({ method: 'POST', ...asked })).status).toBe(200);
    });

    it('takes Accept that allows JSON among others', async () => {
      for (const accept of ['application/json', 'text/html, application/*;q=0.2', '*/*', '']) {
        const reply = await service.signed({
          method: 'GET',
          target: PLATFORM_TOKEN,
          ...consumer,
          ...token,
          headers: [['Accept', accept]],
        });
        expect([accept, reply.status]).toEqual([accept, 200]);
      }
    });

    it('refuses as section 4 does: unsigned, wrongly signed, temporary credentials', async () => {
      const unsigned = await send({ base: service.publicBase, target: PLATFORM_TOKEN });
      expect([unsigned.status, unsigned.form()]).toMatchObject([
        401,
        { oauth_problem: 'parameter_absent' },
      ]);
      const wrong = await service.signed({
        method: 'POST',
        target: PLATFORM_TOKEN,
        ...consumer,
        ...token,
        tokenSecret: 'x',
      });
      expect(wrong.form()).toMatchObject({ oauth_problem: 'signature_invalid' });
      const temporary = await service.initiate(consumer);
      const reply = await service.signed({
        method: 'POST',
        target: PLATFORM_TOKEN,
        ...consumer,
        ...temporary,
      });
      expect(reply.form()).toMatchObject({ oauth_problem: 'token_rejected' });
    });

    it('ends no later than the token and the consumer', async () => {
      const path = `/admin/consumers/${consumer.consumerKey}/tokens`;
      const made = await service.admin('POST', path, { subject: 'jane', ttlSeconds: 20 });
      const short = made.json<TestCredentials & { expiresAt: string }>();
      const jwt = await bearerToken(service, consumer, short);
      const until = Date.parse(short.expiresAt) / 1000;
      expect(unverified(jwt).payload.exp).toBe(Math.floor(until));

      const expiresAt = new Date(Date.now() + 30_000);
      const ending = await service.registerConsumer({
        twoLegged: true,
        expiresAt: expiresAt.toISOString(),
      });
      const other = unverified(await bearerToken(service, ending)).payload;
      expect(other.exp).toBe(Math.floor(expiresAt.getTime() / 1000));
    });

    it('is served under an alias, and OAUTH_GET_ENABLED=false turns GET off', async () => {
      const other = await startIssuer(database.url, {
        ENDPOINT_ALIASES: '/bearer=platform-token',
        OAUTH_GET_ENABLED: 'false',
      });
      const asked = { target: '/bearer', ...consumer, ...token };
      const posted = await other.signed({ method: 'POST', ...asked });
      const got = await other.signed({ method: 'GET', ...asked });
      await other.stop(0);
      expect([posted.status, got.status, got.text]).toEqual([200, 401, 'The request is invalid']);
    });
  });
});
