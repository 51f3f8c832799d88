import type { JWTPayload } from 'jose';
import { StaffTokens } from '../../src/callers/staff-tokens.js';
import { readSettings } from '../../src/config/settings.js';
import { expectProblem } from '../support/admin-problem.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import {
  AUDIENCE,
  ISSUER,
  startTokenIssuer,
  tokenOf,
  type TokenIssuer,
} from '../support/token-issuer.js';

const DAY_SECONDS = 86_400;
const HASH = 'MTIzNDU2Nzg5MDEyMzQ1Ng';
const now = () => Math.floor(Date.now() / 1000);

describe('the admin API takes access tokens, and no other JWT of the issuer', () => {
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

  afterAll(() => issuer?.stop());

  const signed = (claims: JWTPayload, header: Record<string, unknown> = {}) =>
    tokenOf(pair.privateKey, { alg: 'RS256', kid: 'rsa', ...header }, claims);
  const call = async (claims: JWTPayload) =>
    send({
      base: service.adminBase,
      target: '/admin/consumers',
      headers: [['Authorization', `Bearer ${await signed(claims)}`]],
    });

  it.each<[string, () => JWTPayload]>([
    ['the nonce of an ID token', () => ({ nonce: 'n' })],
    ['the at_hash of an ID token', () => ({ at_hash: HASH })],
    ['the c_hash of an ID token', () => ({ c_hash: HASH })],
    ['the s_hash of an ID token', () => ({ s_hash: HASH })],
    ['a nonce that is null', () => ({ nonce: null })],
    [
      'the events of a logout token',
      () => ({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
    ],
    ['typ ID in the payload', () => ({ typ: 'ID' })],
    ['typ Logout in the payload', () => ({ typ: 'Logout' })],
    ['typ Refresh in the payload', () => ({ typ: 'Refresh' })],
    ['a typ in the payload that is no text', () => ({ typ: ['Bearer'] })],
    ['no time of issue', () => ({ iat: undefined })],
    ['a time of issue that is no number', () => ({ iat: 'now' as unknown as number })],
    ['a time of issue to come', () => ({ iat: now() + 60, exp: now() + 120 })],
    [
      'a life of more than a day',
      () => {
        const iat = now() - 10;
        return { iat, exp: iat + DAY_SECONDS + 1 };
      },
    ],
    ['a subject of two lines', () => ({ sub: 'jane\njohn' })],
    ['a subject with an invisible character', () => ({ sub: 'jane\u200b' })],
    ['a subject that is read in another order', () => ({ sub: 'jane\u202e' })],
    ['a subject beyond 255 characters', () => ({ sub: 'j'.repeat(256) })],
  ])('401 for %s', async (_, claims) => {
    const reply = await call(claims());
    expectProblem(reply, 401, 'unauthorized');
    expect(reply.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });

  it.each<[string, () => JWTPayload]>([
    ['typ Bearer in the payload', () => ({ typ: 'Bearer' })],
    [
      'a life of a day',
      () => {
        const iat = now();
        return { iat, exp: iat + DAY_SECONDS };
      },
    ],
    ['a subject of 255 characters', () => ({ sub: `${'j'.repeat(254)}é` })],
    ['a subject with a blank', () => ({ sub: 'Jane Doe' })],
  ])('200 for %s', async (_, claims) => {
    expect((await call(claims())).status).toBe(200);
  });

  it.each<[unknown, boolean]>([
    ['at+jwt', true],
    ['application/at+jwt', true],
    ['AT+JWT', true],
    ['JWT', false],
    ['at+application/jwt', false],
    [undefined, false],
  ])('ADMIN_JWT_TYPE=at+jwt and typ %s in the header', async (typ, taken) => {
    const insisting = new StaffTokens(
      readSettings({ DATABASE_URL: database.url, ...settings(), ADMIN_JWT_TYPE: 'at+jwt' }),
    );
    const token = await signed({}, typ === undefined ? {} : { typ });
    expect((await insisting.callerOf(token)) !== undefined).toBe(taken);
  });
});
