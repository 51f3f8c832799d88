/** Whether a consumer may be served at all; told only to holders of a valid signature. */
export type ConsumerStatus = 'active' | 'disabled';

/**
 * A registered client (RFC 5849 section 1.1: "client"; its identifier is the consumer key).
 *
 * The secret is sealed; only the request verifier opens it. Absent values are null, as in the
 * database and in the replies of the admin API.
 */
export class Consumer {
  consumerKey!: string;
  /** Sealed shared secret; null for a consumer that signs with RSA only. */
  secret!: Buffer | null;
  /** The one before, sealed; it holds until it expires. */
  previousSecret!: Buffer | null;
  previousSecretExpiresAt!: Date | null;
  name!: string;
  description!: string | null;
  callbackUrls!: string[];
  scopes!: string[];
  signatureMethods!: string[];
  /** SubjectPublicKeyInfo in PEM. */
  rsaPublicKey!: string | null;
  /** Whether requests without a token are served. */
  twoLegged!: boolean;
  /** Life of its access tokens in seconds, 0 = until revoked; null = the service's setting. */
  accessTokenTtlSeconds!: number | null;
  websiteUrl!: string | null;
  legalNotice!: string | null;
  /** Addresses and CIDRs it may call from; empty = everywhere. */
  allowedAddresses!: string[];
  expiresAt!: Date | null;
  labels!: Record<string, string>;
  status!: ConsumerStatus;
  /** From when weak signatures are refused; WeakSignatures alone sets it. */
  weakSignaturesUntil!: Date | null;
  /** Proves what the row grants (grants/grants.ts). */
  grantMac!: Buffer | null;
  /** Counts changes; the entity tag of the admin API. */
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}
