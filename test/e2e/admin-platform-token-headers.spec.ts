import { base64url, exportPKCS8 } from 'jose';
import { createSign } from 'node:crypto';
import { expectProblem } from '../support/admin-problem.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import {
  AUDIENCE,
  goodClaims,
  ISSUER,
  startTokenIssuer,
  type TokenIssuer,
} from '../support/token-issuer.js';

const encoded = (value: unknown) => base64url.encode(JSON.stringify(value));

describe('RFC 7515 §4: the header of a bearer JWT, signed by the right key as it stands', () => {
  let issuer: TokenIssuer;
  let key: string;

  const { database, service } = serviceForAllTests(async () => {
    issuer = await startTokenIssuer();
    key = await exportPKCS8((await issuer.addKey('RS256', 'rsa')).privateKey);
    return {
      ADMIN_JWKS_URL: issuer.jwksUrl,
      ADMIN_JWT_ISSUER: ISSUER,
      ADMIN_JWT_AUDIENCE: AUDIENCE,
    };
  });
  afterAll(() => issuer?.stop());

  function call(header: Record<string, unknown>) {
    const claims = { ...goodClaims(), roles: ['admin'] };
    const input = `${encoded({ alg: 'RS256', kid: 'rsa', ...header })}.${encoded(claims)}`;
    const signature = createSign('sha256').update(input).sign(key, 'base64url');
    return send({
      base: service.adminBase,
      method: 'POST',
      target: '/admin/consumers',
      headers: [
        ['Authorization', `Bearer ${input}.${signature}`],
        ['Content-Type', 'application/json'],
      ],
      body: '{"name":"By token"}',
    });
  }

  it('lets one in that asks for nothing more', async () => {
    expect((await call({})).status).toBe(201);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an extension that is not understood', { crit: ['must'], must: true }],
    ['an extension that is none', { crit: ['exp'], exp: 1 }],
    ['an extension that is not there', { crit: ['must'] }],
    ['no extension, though there must be one', { crit: [] }],
    ['extensions that are no list', { crit: 'must', must: true }],
    ['claims that are not encoded', { crit: ['b64'], b64: false }],
    ['a key that nobody knows', { kid: 'unknown' }],
    ['a key whose id is no text', { kid: 1 }],
  ])('401 with nothing changed for %s', async (_, header) => {
    const count = 'SELECT count(*)::int AS consumers FROM consumers';
    const before = await database.query(count);
    const reply = await call(header);
    expectProblem(reply, 401, 'unauthorized');
    expect(reply.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(await database.query(count)).toEqual(before);
  });
});
