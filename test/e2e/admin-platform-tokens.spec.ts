import { base64url, exportSPKI, type JWTPayload } from 'jose';
import { createHmac } from 'node:crypto';
import { IssuerUnavailable, StaffTokens } from '../../src/callers/staff-tokens.js';
import { readSettings } from '../../src/config/settings.js';
import { expectProblem } from '../support/admin-problem.js';
import { send, type HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { startTestService } from '../support/service.js';
import {
  AUDIENCE,
  goodClaims,
  ISSUER,
  startTokenIssuer,
  tokenOf,
  type TokenIssuer,
} from '../support/token-issuer.js';

const READ = '/admin/consumers';
const seconds = (fromNow: number) => Math.floor(Date.now() / 1000) + fromNow;
const encoded = (value: unknown) => base64url.encode(JSON.stringify(value));

describe('bearer JWTs of the platform, held to RFC 7519 and RFC 8725', () => {
  let issuer: TokenIssuer;
  let pair: Awaited<ReturnType<TokenIssuer['addKey']>>;

  const settings = () => ({
    ADMIN_JWKS_URL: issuer.jwksUrl,
    ADMIN_JWT_ISSUER: ISSUER,
    ADMIN_JWT_AUDIENCE: AUDIENCE,
  });
  const { database, service } = serviceForAllTests(async () => {
    issuer = await startTokenIssuer();
    pair = await issuer.addKey('RS256', 'rsa');
    return settings();
  });
  /** The token verification of another replica, without the rest of the service. */
  const otherTokens = (env: Record<string, string> = {}) =>
    new StaffTokens(readSettings({ DATABASE_URL: database.url, ...settings(), ...env }));

  afterEach(() => {
    issuer.answer = undefined;
    jest.restoreAllMocks();
  });
  afterAll(() => issuer?.stop());

  const call = (token: string, method = 'GET', on = service): Promise<HttpReply> =>
    send({
      base: on.adminBase,
      method,
      target: READ,
      headers: [
        ['Authorization', `Bearer ${token}`],
        ['Content-Type', 'application/json'],
      ],
      body: method === 'POST' ? '{"name":"By token"}' : undefined,
    });
  const signed = (claims: JWTPayload = {}, header: Record<string, unknown> = {}) =>
    tokenOf(pair.privateKey, { alg: 'RS256', kid: 'rsa', ...header }, claims);
  const expectRefused = (reply: HttpReply) => {
    expectProblem(reply, 401, 'unauthorized');
    expect(reply.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  };

  it('lets one in as its role, and records its acts under its subject', async () => {
    expect((await call(await signed())).status).toBe(200);
    expectProblem(await call(await signed(), 'POST'), 403, 'forbidden');
    expect((await call(await signed({ roles: ['admin'] }), 'POST')).status).toBe(201);
    const actor = `jane@${ISSUER}`;
    const reply = await service.admin(
      'GET',
      `/admin/audit-events?actor=${encodeURIComponent(actor)}`,
    );
    const { items } = reply.json<{ items: { actor: string; action: string }[] }>();
    expect(items.map((item) => [item.actor, item.action])).toEqual([
      [actor, 'call.refuse'],
      [actor, 'consumer.register'],
    ]);
  });

  it('asks for the keys once, and for no coding that would have to be inflated', async () => {
    await call(await signed());
    expect(issuer.asked).toHaveLength(1);
    expect(issuer.asked[0]).toMatchObject({ 'accept-encoding': 'identity' });
  });

  describe('takes asymmetric signatures', () => {
    it.each(['RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])('of %s', async (alg) => {
      const key = await issuer.addKey(alg, alg);
      const token = await tokenOf(key.privateKey, { alg, kid: alg });
      expect(await otherTokens().callerOf(token)).toEqual({
        name: `jane@${ISSUER}`,
        roles: ['auditor'],
      });
    });
  });

  describe('401 with nothing changed for', () => {
    it.each<[string, JWTPayload]>([
      ['another audience', { aud: 'another-service' }],
      ['no audience', { aud: undefined }],
      ['an audience that only begins with ours', { aud: `${AUDIENCE}-2` }],
      ['another issuer', { iss: 'https://login.example.org/' }],
      ['an issuer without its slash', { iss: ISSUER.slice(0, -1) }],
      ['no issuer', { iss: undefined }],
      ['an end in the past', { exp: seconds(-10) }],
      ['no end', { exp: undefined }],
      ['an end that is no number', { exp: '9999999999' as unknown as number }],
      ['a beginning to come', { nbf: seconds(60) }],
      ['a beginning that is no number', { nbf: 'now' as unknown as number }],
      ['no subject', { sub: undefined }],
      ['an empty subject', { sub: '' }],
      ['a subject that is no text', { sub: { admin: true } as unknown as string }],
    ])('%s', async (_, claims) => {
      expectRefused(await call(await signed(claims)));
    });

    it('alg none', async () => {
      for (const alg of ['none', 'None', 'nOnE']) {
        const unsigned = `${encoded({ alg, kid: 'rsa' })}.${encoded(goodClaims())}.`;
        expectRefused(await call(unsigned));
        expectRefused(await call(`${unsigned}AAAA`));
      }
    });

    it('HS256 with the public key as the shared one', async () => {
      const input = `${encoded({ alg: 'HS256', kid: 'rsa' })}.${encoded(goodClaims())}`;
      const publicKeys = [await exportSPKI(pair.publicKey), JSON.stringify(issuer.keys[0])];
      for (const key of publicKeys.flatMap((text) => [text, `${text}\n`, text.trim()])) {
        const mac = createHmac('sha256', key).update(input).digest('base64url');
        expectRefused(await call(`${input}.${mac}`));
      }
    });

    it('the key of somebody else under an id of ours, or brought along in the header', async () => {
      const stranger = await startTokenIssuer();
      const theirs = await stranger.addKey('RS256', 'rsa');
      const [jwk] = stranger.keys;
      for (const more of [{}, { jwk }, { jku: stranger.jwksUrl }, { x5u: stranger.jwksUrl }]) {
        const header = { alg: 'RS256', kid: 'rsa', ...more };
        expectRefused(await call(await tokenOf(theirs.privateKey, header)));
      }
      expect(stranger.asked).toEqual([]);
      await stranger.stop();
    });

    it('an algorithm that is not the one of the key', async () => {
      const token = await tokenOf(pair.privateKey, { alg: 'RS256', kid: 'rsa' });
      const [, claims, signature] = token.split('.');
      for (const alg of ['PS256', 'RS384', 'ES256', 'EdDSA', 'RSA-OAEP', '__proto__', '']) {
        expectRefused(await call(`${encoded({ alg, kid: 'rsa' })}.${claims}.${signature}`));
      }
    });

    it('claims or a signature that were changed', async () => {
      const [header, , signature] = (await signed()).split('.');
      const claims = encoded({ ...goodClaims(), roles: ['admin'] });
      expectRefused(await call(`${header}.${claims}.${signature}`));
      expectRefused(await call(`${(await signed()).slice(0, -6)}AAAAAA`));
      expectRefused(await call(`${header}..${signature}`));
    });

    it.each(['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'openid4vci-proof+jwt', 1])(
      'one made for something else: typ %s',
      async (typ) => {
        expectRefused(await call(await signed({}, { typ })));
      },
    );

    it.each([
      ['..', 'a.b.c', '.a.', `${'a'.repeat(5000)}.b.c`],
      [encoded({}), `${encoded({})}.${encoded({})}.`, `${encoded(null)}.${encoded(null)}.AA`],
      [`${encoded([])}.${encoded([])}.AA`, `${encoded('x')}.x.x`, 'a.b.c.d.e'],
    ])('what only looks like one: %s', async (...texts) => {
      for (const text of texts) expectRefused(await call(text));
    });

    it('any, where no issuer is set', async () => {
      const alone = await startTestService(database.url);
      expectRefused(await call(await signed(), 'GET', alone));
      await alone.stop(0);
    });
  });

  it.each([undefined, 'JWT', 'at+jwt', 'application/at+jwt', 'AT+JWT'])(
    'takes typ %s',
    async (typ) => {
      expect((await call(await signed({}, typ === undefined ? {} : { typ }))).status).toBe(200);
    },
  );

  it('forgives clocks a few seconds', async () => {
    const claims = { exp: seconds(-2), nbf: seconds(2) };
    expect((await call(await signed({ exp: claims.exp }))).status).toBe(200);
    expect((await call(await signed({ nbf: claims.nbf, iat: claims.nbf }))).status).toBe(200);
  });

  it('takes one that is for us among others', async () => {
    expect((await call(await signed({ aud: ['x', AUDIENCE] }))).status).toBe(200);
  });

  describe('roles', () => {
    it.each<[string, unknown, number, number]>([
      ['a list', ['auditor'], 200, 403],
      ['several, of which the mightiest holds', ['auditor', 'admin', 'other'], 200, 201],
      ['names with blanks between', 'auditor admin', 200, 201],
      ['none that means something here', ['root', 'ADMIN', 'administrator'], 403, 403],
      ['one for another listener of the house', ['gateway'], 403, 403],
      ['an empty list', [], 403, 403],
      ['an object whose names they are', { admin: { '1': 'a.example' }, other: {} }, 200, 201],
      ['an object that gives one and not the other', { admin: false, auditor: {} }, 200, 403],
      ['an object that gives none', { admin: null, toString: {} }, 403, 403],
      ['an object in which they are no names', { roles: ['admin'] }, 403, 403],
      ['a list in a list', [['admin']], 403, 403],
      ['a number', 1, 403, 403],
      ['nothing', undefined, 403, 403],
    ])('%s', async (_, roles, reads, writes) => {
      const token = await signed({ roles });
      const statuses = [(await call(token)).status, (await call(token, 'POST')).status];
      expect(statuses).toEqual([reads, writes]);
    });

    it('stand in the claim that ADMIN_JWT_ROLES_CLAIM names, into objects', async () => {
      const other = otherTokens({ ADMIN_JWT_ROLES_CLAIM: 'realm_access.roles' });
      const roles = async (claims: JWTPayload) =>
        (await other.callerOf(await signed({ roles: ['admin'], ...claims })))?.roles;
      expect(await roles({ realm_access: { roles: ['auditor'] } })).toEqual(['auditor']);
      expect(await roles({ 'realm_access.roles': ['auditor'] })).toEqual(['auditor']);
      for (const realm_access of [undefined, null, 'roles', [], { Roles: ['auditor'] }]) {
        expect(await roles({ realm_access })).toEqual([]);
      }
      const inherited = otherTokens({ ADMIN_JWT_ROLES_CLAIM: 'constructor.name' });
      expect((await inherited.callerOf(await signed()))?.roles).toEqual([]);
    });
  });

  describe('the keys of the issuer', () => {
    it.each<[string, NonNullable<TokenIssuer['answer']>]>([
      ['answer 500', (response) => response.writeHead(500).end()],
      ['answer 404', (response) => response.writeHead(404).end()],
      ['lead elsewhere', (response) => response.writeHead(302, { Location: '/jwks' }).end()],
      ['are not JSON', (response) => response.end('<html>')],
      ['are no key set', (response) => response.end('{"keys":{}}')],
      ['break off', (response) => response.destroy()],
    ])('are out of reach, which says nothing of a token, when they %s', async (_, answer) => {
      const other = otherTokens();
      const token = await signed();
      issuer.answer = answer;
      await expect(other.callerOf(token)).rejects.toThrow(IssuerUnavailable);
      issuer.answer = undefined;
      expect(await other.callerOf(token)).toBeDefined();
    });

    it('503 with Retry-After, and not 401, when nobody listens; keys of our own go on', async () => {
      const ADMIN_JWKS_URL = 'http://127.0.0.1:9/jwks';
      const other = await startTestService(database.url, { ...settings(), ADMIN_JWKS_URL });
      const reply = await call(await signed(), 'GET', other);
      expectProblem(reply, 503, 'issuer_unavailable');
      expect(reply.headers['retry-after']).toBe('1');
      expect((await other.admin('GET', READ)).status).toBe(200);
      await other.stop(0);
    });

    it('are still known while the issuer is away', async () => {
      issuer.answer = (response) => response.destroy();
      expect((await call(await signed())).status).toBe(200);
    });

    it('may be new: an unknown id has them read again, twice a minute at most', async () => {
      const next = await issuer.addKey('ES256', 'next');
      const token = await tokenOf(next.privateKey, { alg: 'ES256', kid: 'next' });
      const asked = issuer.asked.length;
      // Shortly after a fetch the JWKS is not fetched again, so that strangers cannot flood the issuer.
      for (let n = 0; n < 5; n += 1) expectRefused(await call(token));
      expect(issuer.asked).toHaveLength(asked);
      const now = Date.now();
      jest.spyOn(Date, 'now').mockReturnValue(now + 31_000);
      expect((await call(token)).status).toBe(200);
      expect((await call(await signed())).status).toBe(200);
      expect(issuer.asked).toHaveLength(asked + 1);
    });

    it('may be withdrawn: ten minutes later theirs are refused', async () => {
      const [withdrawn] = issuer.keys.splice(0, 1);
      const now = Date.now();
      jest.spyOn(Date, 'now').mockReturnValue(now + 11 * 60_000);
      expectRefused(await call(await signed({ exp: seconds(3600) })));
      issuer.keys.unshift(withdrawn!);
    });
  });
});
