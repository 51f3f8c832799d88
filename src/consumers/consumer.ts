import type { ConsumerMetadata } from './consumer-fields.js';

/**
 * A registered consumer (RFC 5849 section 1.1: "client"; its identifier is the consumer key).
 *
 * The secret is sealed; only the request verifier opens it. Absent values are null, as in the database and in
 * the replies of the admin API.
 */
export interface Consumer extends ConsumerMetadata {
  consumerKey: string;
  /** Sealed shared secret; null for a consumer that signs with RSA only. */
  secret: Buffer | null;
  /** The previous secret, sealed; valid until it expires. */
  previousSecret: Buffer | null;
  previousSecretExpiresAt: Date | null;
  /** From when weak signatures are refused; only WeakSignatures sets it. */
  weakSignaturesUntil: Date | null;
  /** The MAC of what the row grants (consumer-grant.ts). */
  grantMac: Buffer | null;
  /** Counts changes; the entity tag of the admin API. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}
