import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { PlatformTokenSettings } from '../config/platform-tokens.js';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { StoreUnavailable } from '../failures/store-unavailable.js';
import { Metrics } from '../metrics/metrics.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import type { AccessToken } from '../tokens/access-token.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import { NoPlatformTokens } from './no-platform-tokens.js';
import { TokenKeyRotation } from './token-key-rotation.js';
import type { TokenKey } from './token-key.js';
import { TokenKeys } from './token-keys.js';
import { tokenReference } from './token-reference.js';

/** The content of a JWT: who signed an OAuth 1.0a request, for whom, and with which scopes. */
export interface Bearer {
  readonly consumer: Pick<SigningConsumer, 'consumerKey' | 'expiresAtSeconds'>;
  /** Undefined: two-legged. Its scopes are those of the verdict, or fewer. */
  readonly accessToken:
    Pick<AccessToken, 'token' | 'subject' | 'scopes' | 'expiresAtSeconds'> | undefined;
  readonly bodyVerified: boolean;
}

/** A JWT and its lifetime. */
export interface PlatformToken {
  readonly jwt: string;
  /** Whole seconds from now. */
  readonly expiresInSeconds: number;
}

interface Made {
  readonly jwt: string;
  readonly kid: string;
  readonly iat: number;
  readonly exp: number;
}

/** The `typ` of RFC 9068 section 2.1. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

const REMEMBERED_OCTETS_MAX = 4 * 1024 * 1024;
const OVERHEAD_OCTETS = 300;

/** Makes the JWT access tokens of RFC 9068. Callers must verify the request before. */
@Injectable()
export class PlatformTokens {
  private readonly remembered = new LRUCache<string, Made>({
    maxSize: REMEMBERED_OCTETS_MAX,
    sizeCalculation: ({ jwt }, key) => jwt.length + key.length + OVERHEAD_OCTETS,
  });

  constructor(
    private readonly settings: Settings,
    private readonly keys: TokenKeys,
    private readonly rotation: TokenKeyRotation,
    private readonly references: DerivedKeys,
    private readonly clock: DatabaseClock,
    private readonly metrics: Metrics,
  ) {}

  /** Whether an issuer is set. */
  get areIssued(): boolean {
    return this.settings.platformTokens !== undefined;
  }

  /**
   * A JWT for a request that was just verified. Requests with the same content share a JWT for up to half its
   * lifetime.
   *
   * @throws NoPlatformTokens; StoreUnavailable
   */
  async assertionOf(bearer: Bearer): Promise<string> {
    const key = await this.signingKey();
    const name = JSON.stringify(saidOf(bearer));
    const known = this.remembered.get(name);
    if (known?.kid === key.kid && this.clock.nowSeconds() < (known.iat + known.exp) / 2) {
      this.metrics.platformToken('reused');
      return known.jwt;
    }
    const made = await this.make(bearer, key);
    this.remembered.set(name, made);
    return made.jwt;
  }

  /** A new JWT with its whole lifetime. @throws NoPlatformTokens; StoreUnavailable */
  async issue(bearer: Bearer): Promise<PlatformToken> {
    const { jwt, iat, exp } = await this.make(bearer, await this.signingKey());
    return { jwt, expiresInSeconds: exp - iat };
  }

  private async signingKey(): Promise<TokenKey> {
    const key = await this.keys.signing();
    if (key) return key;
    await this.rotation.keepFresh();
    const made = await this.keys.signing();
    if (!made) throw new StoreUnavailable();
    return made;
  }

  private async make(bearer: Bearer, { kid, algorithm, privateKey }: TokenKey): Promise<Made> {
    const { issuer, audience, ttlSeconds } = this.issuing();
    const { consumer, accessToken, bodyVerified } = bearer;
    const { consumerKey } = consumer;
    const iat = Math.floor(this.clock.nowSeconds());
    const ends = [iat + ttlSeconds, accessToken?.expiresAtSeconds, consumer.expiresAtSeconds];
    const exp = Math.floor(Math.min(...ends.map((end) => end ?? Infinity)));
    const jwt = await new SignJWT({
      iss: issuer,
      aud: audience,
      sub: accessToken?.subject ?? consumerKey,
      client_id: consumerKey,
      ...(accessToken && accessToken.scopes.length > 0 && { scope: accessToken.scopes.join(' ') }),
      iat,
      exp,
      jti: tokenReference(this.references, accessToken?.token ?? '', consumerKey),
      body_verified: bodyVerified,
    })
      .setProtectedHeader({ typ: ACCESS_TOKEN_TYPE, alg: algorithm, kid })
      .sign(privateKey);
    this.metrics.platformToken('made');
    return { jwt, kid, iat, exp };
  }

  private issuing(): PlatformTokenSettings {
    const { platformTokens } = this.settings;
    if (!platformTokens) throw new NoPlatformTokens();
    return platformTokens;
  }
}

/** The content of a JWT without its times. Requests share a JWT only if all of it is equal. */
const saidOf = ({ consumer, accessToken, bodyVerified }: Bearer): unknown[] => [
  consumer.consumerKey,
  consumer.expiresAtSeconds,
  accessToken
    ? [accessToken.token, accessToken.subject, accessToken.scopes, accessToken.expiresAtSeconds]
    : null,
  bodyVerified,
];
