import type { DatabaseClock } from '../database/database-clock.js';

/** The properties of token credentials that a protected resource needs (RFC 5849 section 2.3). */
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
 * The access token without the scopes that its consumer does not have now: if staff remove a scope from a
 * consumer, its tokens lose the scope until the consumer has it again.
 */
export function withinConsumer(
  token: AccessToken,
  { scopes }: { readonly scopes: readonly string[] },
): AccessToken {
  const kept = token.scopes.filter((scope) => scopes.includes(scope));
  return kept.length === token.scopes.length ? token : { ...token, scopes: kept };
}

/**
 * When a token that is created now expires, by the database's clock, to the millisecond; null = until revoked.
 * It is computed here and not in SQL, because the token's MAC covers it.
 */
export const expiryAfter = (ttlSeconds: number, clock: DatabaseClock): Date | null =>
  ttlSeconds > 0 ? new Date(Math.round((clock.nowSeconds() + ttlSeconds) * 1000)) : null;

/** The place for which the secret of an access token is sealed. */
export const accessTokenSecret = (token: string) =>
  ({ table: 'access_tokens', row: token, column: 'secret' }) as const;
