/** What verifying a signature, and serving what it asks for, needs to know of a consumer. */
export interface SigningConsumer {
  readonly consumerKey: string;
  /** Sealed for the place that consumerSecret() names; null when it signs with RSA only. */
  readonly secret: Buffer | null;
  readonly signatureMethods: readonly string[];
  /** SubjectPublicKeyInfo in PEM. */
  readonly rsaPublicKey: string | null;
  readonly scopes: readonly string[];
  readonly callbackUrls: readonly string[];
  readonly twoLegged: boolean;
  readonly accessTokenTtlSeconds: number | null;
  readonly allowedAddresses: readonly string[];
  readonly disabled: boolean;
  /** Seconds since 1970, by the database's clock; null = never. */
  readonly expiresAtSeconds: number | null;
}

/** Where a consumer's secret is sealed. */
export const consumerSecret = (consumerKey: string) =>
  ({ table: 'consumers', row: consumerKey, column: 'secret' }) as const;
