/** The properties of temporary credentials that the exchange needs (RFC 5849 section 2.1). */
export interface TemporaryCredentials {
  readonly token: string;
  /** Sealed for the place that temporaryCredentialsSecret() names. */
  readonly secret: Buffer;
  readonly used: boolean;
  /** The resource owner denied the request. */
  readonly denied: boolean;
  /** Seconds since 1970, by the database's clock. */
  readonly expiresAtSeconds: number;
  /** The same in milliseconds, as the verifier's MAC covers it. */
  readonly expiresAtMs: number;
  readonly failedVerifiers: number;
  /** What the owner allowed, and the stored MAC of the verifier; null before the decision, or if denied. */
  readonly subject: string | null;
  readonly grantedScopes: readonly string[] | null;
  readonly verifierHash: Buffer | null;
}

/** The fifth wrong verifier invalidates temporary credentials; the schema contains the same number. */
export const FAILED_VERIFIERS_MAX = 5;

/** The place for which the secret of temporary credentials is sealed. */
export const temporaryCredentialsSecret = (token: string) =>
  ({ table: 'temporary_credentials', row: token, column: 'secret' }) as const;

/** Credentials in plaintext, as the replies of sections 2.1 and 2.3 contain them, once. */
export interface IssuedCredentials {
  readonly token: string;
  readonly tokenSecret: string;
}
