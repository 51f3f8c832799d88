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

/** Where the secret of an access token is sealed. */
export const accessTokenSecret = (token: string) =>
  ({ table: 'access_tokens', row: token, column: 'secret' }) as const;
