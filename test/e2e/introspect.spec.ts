import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { TestDatabase } from '../support/database.js';
import { send } from '../support/http.js';
import {
  AUDIENCE,
  ISSUER,
  bearerToken,
  issuerForAllTests,
  startIssuer,
  unverified,
} from '../support/platform-issuer.js';
import {
  ADMIN_API_KEY,
  type TestConsumer,
  type TestCredentials,
  type TestService,
} from '../support/service.js';

const FORM = 'application/x-www-form-urlencoded';
const INACTIVE = { active: false };

describe('contract section 11: POST /introspect (RFC 7662)', () => {
  let database: TestDatabase;
  let service: TestService;
  let consumer: TestConsumer;
  let token: TestCredentials;

  const issuer = issuerForAllTests();
  beforeAll(() => void ({ database, service, consumer, token } = issuer.all));

  const ask = (body: string, headers: readonly (readonly [string, string])[] = []) =>
    send({
      base: service.adminBase,
      method: 'POST',
      target: '/introspect',
      headers: [
        ['Authorization', `Bearer ${ADMIN_API_KEY}`],
        ...(headers.some(([name]) => name === 'Content-Type')
          ? []
          : [['Content-Type', FORM] as const]),
        ...headers,
      ],
      body,
    });
  const told = async (asked: string) => {
    const reply = await ask(new URLSearchParams({ token: asked }).toString());
    expect([reply.status, reply.headers['cache-control']]).toEqual([200, 'no-store']);
    return reply.json<Record<string, unknown>>();
  };

  it('tells of a JWT', async () => {
    const jwt = await bearerToken(service, consumer, token);
    const { iat, exp } = unverified(jwt).payload;
    expect(await told(jwt)).toEqual({
      active: true,
      client_id: consumer.consumerKey,
      sub: 'jane',
      scope: 'photos profile',
      exp,
      iat,
      token_type: 'Bearer',
    });
  });

  it('tells of a two-legged JWT', async () => {
    const jwt = await bearerToken(service, consumer);
    expect(await told(jwt)).toMatchObject({ active: true, sub: consumer.consumerKey });
  });

  it('tells of the identifier of an access token', async () => {
    expect(await told(token.token)).toEqual({
      active: true,
      client_id: consumer.consumerKey,
      sub: 'jane',
      scope: 'photos profile',
      iat: expect.any(Number) as number,
      token_type: 'OAuth',
    });
    const path = `/admin/consumers/${consumer.consumerKey}/tokens`;
    const made = await service.admin('POST', path, { subject: 'jo', ttlSeconds: 600 });
    const { token: ending, expiresAt } = made.json<{ token: string; expiresAt: string }>();
    expect(await told(ending)).toMatchObject({ exp: Math.floor(Date.parse(expiresAt) / 1000) });
  });

  it('tells nothing of a revoked token, and of the JWT that was made for it neither', async () => {
    const ending = await service.accessToken(consumer);
    const jwt = await bearerToken(service, consumer, ending);
    expect(await told(jwt)).toMatchObject({ active: true });
    await service.admin('POST', `/admin/tokens/${ending.token}/revoke`);
    expect([await told(ending.token), await told(jwt)]).toEqual([INACTIVE, INACTIVE]);
  });

  it('tells nothing of a consumer that is disabled, has gone, or lost twoLegged', async () => {
    const other = await service.registerConsumer({ twoLegged: true });
    const path = `/admin/consumers/${other.consumerKey}`;
    const tokenOf = await service.accessToken(other);
    const jwts = [await bearerToken(service, other, tokenOf), await bearerToken(service, other)];
    const all = () => Promise.all([tokenOf.token, ...jwts].map(told));
    await service.admin('PATCH', path, { twoLegged: false });
    expect((await all()).map(({ active }) => active)).toEqual([true, true, false]);
    await service.admin('PATCH', path, { status: 'disabled', twoLegged: true });
    expect(await all()).toEqual([INACTIVE, INACTIVE, INACTIVE]);
    await service.admin('PATCH', path, { status: 'active', scopes: ['photos'] });
    expect((await all()).map(({ scope }) => scope)).toEqual(['photos', 'photos', undefined]);
    await service.admin('DELETE', path);
    expect(await all()).toEqual([INACTIVE, INACTIVE, INACTIVE]);
  });

  describe('tells nothing of', () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const parts = async () => {
      const jwt = await bearerToken(service, consumer, token);
      const { header, payload } = unverified(jwt);
      return { jwt, header, payload, signature: jwt.split('.')[2] };
    };

    it('alg none, with and without a signature', async () => {
      const { header, payload, signature } = await parts();
      for (const alg of ['none', 'NONE', 'None']) {
        const forged = `${part({ ...header, alg })}.${part(payload)}`;
        expect(await told(`${forged}.`)).toEqual(INACTIVE);
        expect(await told(`${forged}.${signature}`)).toEqual(INACTIVE);
      }
    });

    it('changed claims and headers', async () => {
      const { header, payload, signature } = await parts();
      for (const change of [{ sub: 'admin' }, { exp: payload.exp + 600 }, { scope: 'all' }]) {
        const forged = `${part(header)}.${part({ ...payload, ...change })}.${signature}`;
        expect(await told(forged)).toEqual(INACTIVE);
      }
      for (const change of [
        { kid: 'another' },
        { alg: 'RS256' },
        { typ: 'JWT' },
        { alg: 'HS256' },
      ]) {
        const forged = `${part({ ...header, ...change })}.${part(payload)}.${signature}`;
        expect(await told(forged)).toEqual(INACTIVE);
      }
    });

    it('a genuine signature of another key, under its own kid, ours, or in the header', async () => {
      const { header, payload } = await parts();
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const jwk = await exportJWK(publicKey);
      for (const more of [{}, { kid: await calculateJwkThumbprint(jwk) }, { jwk }]) {
        const forged = await new SignJWT(payload)
          .setProtectedHeader({ ...header, ...more })
          .sign(privateKey);
        expect(await told(forged)).toEqual(INACTIVE);
      }
    });

    it('another issuer, audience or time, and a JWT without what ours have', async () => {
      const other = await startIssuer(database.url, {
        PLATFORM_TOKEN_ISSUER: 'https://another.example.com',
      });
      const third = await startIssuer(database.url, {
        PLATFORM_TOKEN_AUDIENCE: 'https://another.example.com',
      });
      // Signed with the same keys, so that only the claim differs.
      const jwts = [
        await bearerToken(other, consumer, token),
        await bearerToken(third, consumer, token),
      ];
      await Promise.all([other.stop(0), third.stop(0)]);
      expect(await Promise.all(jwts.map(told))).toEqual([INACTIVE, INACTIVE]);
      expect([unverified(jwts[0] ?? '').payload, unverified(jwts[1] ?? '').payload]).toMatchObject([
        { iss: 'https://another.example.com', aud: AUDIENCE },
        { iss: ISSUER, aud: 'https://another.example.com' },
      ]);
    });

    it('a JWT that has expired', async () => {
      const path = `/admin/consumers/${consumer.consumerKey}/tokens`;
      const made = await service.admin('POST', path, { subject: 'jane', ttlSeconds: 2 });
      const jwt = await bearerToken(service, consumer, made.json<TestCredentials>());
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      expect(await told(jwt)).toEqual(INACTIVE);
      expect(await told(made.json<TestCredentials>().token)).toEqual(INACTIVE);
    });

    it.each([
      'nobody-has-this',
      'a.b.c',
      '..',
      ' ',
      'x\0y',
      'é',
      `${'x'.repeat(60_000)}`,
      `${'x'.repeat(20_000)}.${'y'.repeat(20_000)}.z`,
    ])('%j', async (asked) => {
      expect(await told(asked)).toEqual(INACTIVE);
    });

    it('keys of consumers, and temporary credentials', async () => {
      const temporary = await service.initiate(consumer);
      expect([await told(consumer.consumerKey), await told(temporary.token)]).toEqual([
        INACTIVE,
        INACTIVE,
      ]);
    });
  });

  it('takes a hint and what else is there, and wants the token once, as a form', async () => {
    const hinted = `token=${token.token}&token_type_hint=refresh_token&x=y`;
    expect((await ask(hinted)).json()).toMatchObject({ active: true });
    expect((await ask('token=a&token=b')).status).toBe(400);
    expect((await ask('')).status).toBe(400);
    expect((await ask('token=')).status).toBe(400);
    expect((await ask('{"token":"a"}', [['Content-Type', 'application/json']])).status).toBe(415);
    expect((await ask(`token=${'x'.repeat(70_000)}`)).status).toBe(413);
    const got = await service.admin('GET', `/introspect?token=${token.token}`);
    expect([got.status, got.headers['allow']]).toEqual([405, 'POST']);
  });
});
