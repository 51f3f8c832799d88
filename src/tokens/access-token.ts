import type { DatabaseClock } from '../database/database-clock.js';

/** What a protected resource needs to know of token credentials (RFC 5849 section 2.3). */
export interface AccessToken {
  readonly token: string;
  /** Sealed for the place that accessTokenSecret() names. */
  readonly secret: Buffer;
  readonly subject: string;
  readonly scopes: readonly string[];
  /** Seconds since 1970, by the database's clock; null = until revoked. */
  readonly expiresAtSeconds: number | null;
  readonly revoked: boolean;
}

/**
 * The access token with the scopes that it has and that its consumer may have now: what staff take from a
 * consumer is taken from its tokens, for as long as it is taken.
 */
export function withinConsumer(
  token: AccessToken,
  { scopes }: { readonly scopes: readonly string[] },
): AccessToken {
  const kept = token.scopes.filter((scope) => scopes.includes(scope));
  return kept.length === token.scopes.length ? token : { ...token, scopes: kept };
}

/**
 * When a token that is made now ends, by the database's clock, to the millisecond; null = when revoked.
 * It is told to the database and not computed there, since the token's MAC holds it.
 */
export const expiryAfter = (ttlSeconds: number, clock: DatabaseClock): Date | null =>
  ttlSeconds > 0 ? new Date(Math.round((clock.nowSeconds() + ttlSeconds) * 1000)) : null;

/** Where the secret of an access token is sealed. */
export const accessTokenSecret = (token: string) =>
  ({ table: 'access_tokens', row: token, column: 'secret' }) as const;
