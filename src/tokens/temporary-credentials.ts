/** What the exchange needs to know of temporary credentials (RFC 5849 section 2.1). */
export interface TemporaryCredentials {
  readonly token: string;
  /** Sealed for the place that temporaryCredentialsSecret() names. */
  readonly secret: Buffer;
  readonly used: boolean;
  /** The resource owner refused. */
  readonly denied: boolean;
  /** Seconds since 1970, by the database's clock. */
  readonly expiresAtSeconds: number;
  /** The same in milliseconds, as the verifier's MAC holds it. */
  readonly expiresAtMs: number;
  readonly failedVerifiers: number;
  /** What the owner allowed, and what is kept of the verifier; null before that, or when denied. */
  readonly subject: string | null;
  readonly grantedScopes: readonly string[] | null;
  readonly verifierHash: Buffer | null;
}

/** The fifth wrong verifier kills temporary credentials; the schema holds the same number. */
export const FAILED_VERIFIERS_MAX = 5;

/** Where the secret of temporary credentials is sealed. */
export const temporaryCredentialsSecret = (token: string) =>
  ({ table: 'temporary_credentials', row: token, column: 'secret' }) as const;

/** Credentials in the clear, as they leave in a reply of section 2.1 or 2.3, once. */
export interface IssuedCredentials {
  readonly token: string;
  readonly tokenSecret: string;
}
