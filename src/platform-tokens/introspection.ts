import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { withinConsumer, type AccessToken } from '../tokens/access-token.js';
import { AccessTokenRefused } from '../tokens/access-token-refusals.js';
import { Credentials } from '../tokens/credentials.js';
import { isPast, inactiveReason } from '../tokens/inactive-consumer.js';
import { ManageAccessTokens } from '../tokens/manage-access-tokens.js';
import { ACCESS_TOKEN_TYPE } from './platform-tokens.js';
import { TokenKeys } from './token-keys.js';
import { referencedToken } from './token-reference.js';

/** The introspection response of RFC 7662 section 2.2. */
export type Introspected =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly client_id: string;
      readonly sub: string;
      readonly scope?: string;
      readonly exp?: number;
      readonly iat: number;
      readonly token_type: 'Bearer' | 'OAuth';
    };

const INACTIVE = { active: false } as const;

/** Three base64url parts. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Longer than any stored identifier. */
const MAX_IDENTIFIER_LENGTH = 1024;

/** The current rights of a token or of a two-legged consumer. */
interface Standing {
  readonly twoLegged: boolean;
  readonly accessToken: AccessToken | undefined;
}

/** Introspects a token (RFC 7662). The response for an inactive token contains nothing else. */
@Injectable()
export class Introspection {
  constructor(
    private readonly settings: Settings,
    private readonly keys: TokenKeys,
    private readonly references: DerivedKeys,
    private readonly credentials: Credentials,
    private readonly tokens: ManageAccessTokens,
    private readonly clock: DatabaseClock,
  ) {}

  /**
   * @param token a JWT of this service, or the identifier of an access token
   * @throws StoreUnavailable
   */
  async of(token: string): Promise<Introspected> {
    const payload = JWT.test(token) ? await this.payloadOf(token) : undefined;
    return payload ? this.ofJwt(payload) : this.ofIdentifier(token);
  }

  /**
   * A JWT is active only while the OAuth token or two-legged consumer behind it is. The response lists only the
   * scopes that both still have.
   */
  private async ofJwt(payload: JWTPayload): Promise<Introspected> {
    const { client_id: consumerKey, sub, scope, exp, iat, jti } = payload;
    if (typeof consumerKey !== 'string' || typeof sub !== 'string' || jti === undefined) {
      return INACTIVE;
    }
    const token = referencedToken(this.references, jti, consumerKey);
    if (token === undefined) return INACTIVE;
    const standing = await this.standingOf(consumerKey, token === '' ? undefined : token);
    if (!standing || (token === '' && !standing.twoLegged)) return INACTIVE;
    const scopes = typeof scope === 'string' ? scope.split(' ') : [];
    const kept = scopes.filter((one) => standing.accessToken?.scopes.includes(one));
    return {
      active: true,
      client_id: consumerKey,
      sub,
      ...(kept.length > 0 && { scope: kept.join(' ') }),
      exp: exp as number,
      iat: iat as number,
      token_type: 'Bearer',
    };
  }

  private async ofIdentifier(token: string): Promise<Introspected> {
    if (token.length > MAX_IDENTIFIER_LENGTH || token.includes('\0')) return INACTIVE;
    const found = await this.listed(token);
    if (found?.status !== 'active') return INACTIVE;
    const { consumerKey, createdAt } = found;
    const { accessToken } = (await this.standingOf(consumerKey, token)) ?? {};
    if (!accessToken) return INACTIVE;
    const { subject, scopes, expiresAtSeconds } = accessToken;
    return {
      active: true,
      client_id: consumerKey,
      sub: subject,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(expiresAtSeconds !== null && { exp: Math.floor(expiresAtSeconds) }),
      iat: Math.floor(createdAt.getTime() / 1000),
      token_type: 'OAuth',
    };
  }

  private async listed(token: string) {
    try {
      return await this.tokens.find(token);
    } catch (error) {
      if (error instanceof AccessTokenRefused) return undefined;
      throw error;
    }
  }

  /** The consumer and the token in their current state; undefined if either may not be used. */
  private async standingOf(
    consumerKey: string,
    token: string | undefined,
  ): Promise<Standing | undefined> {
    const found =
      token === undefined
        ? await this.credentials.findConsumer(consumerKey, 'memory')
        : await this.credentials.findAccessToken(consumerKey, token, 'memory');
    const { consumer } = found;
    const accessToken: AccessToken | undefined = found.token;
    const now = this.clock.nowSeconds();
    if (!consumer || inactiveReason(consumer, now) !== undefined) return undefined;
    if (token === undefined) return { twoLegged: consumer.twoLegged, accessToken: undefined };
    if (!accessToken || accessToken.revoked || isPast(accessToken.expiresAtSeconds, now)) {
      return undefined;
    }
    return { twoLegged: consumer.twoLegged, accessToken: withinConsumer(accessToken, consumer) };
  }

  /**
   * The payload of a JWT; undefined if none of our keys signed it, if it is no access token for our audience, or if
   * it is not valid at this time.
   */
  private async payloadOf(jwt: string): Promise<JWTPayload | undefined> {
    const { platformTokens } = this.settings;
    if (!platformTokens) return undefined;
    const published = await this.keys.published();
    const keyOf: JWTVerifyGetKey = ({ alg, kid }) => {
      const key = published.find((one) => one.kid === kid && one.algorithm === alg);
      if (!key) throw new errors.JWKSNoMatchingKey();
      return key.publicJwk;
    };
    try {
      const { payload } = await jwtVerify(jwt, keyOf, {
        issuer: platformTokens.issuer,
        audience: platformTokens.audience,
        typ: ACCESS_TOKEN_TYPE,
        currentDate: new Date(this.clock.nowSeconds() * 1000),
        requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}
