import type { ConsumerGrantFields } from '../consumers/consumer-fields.js';

/** What verifying a signature, and serving what it asks for, needs to know of a consumer. */
export interface SigningConsumer extends Readonly<
  Omit<ConsumerGrantFields, 'status' | 'expiresAt'>
> {
  readonly consumerKey: string;
  /** Sealed for the place that consumerSecret() names; null when it signs with RSA only. */
  readonly secret: Buffer | null;
  /** The one before, sealed for the place that previousConsumerSecret() names. */
  readonly previousSecret: Buffer | null;
  /** Until when it holds, in seconds since 1970, by the database's clock. */
  readonly previousSecretExpiresAtSeconds: number | null;
  /** From when weak methods are refused, by the same clock; null = never. */
  readonly weakSignaturesUntilSeconds: number | null;
  readonly disabled: boolean;
  /** Seconds since 1970, by the database's clock; null = never. */
  readonly expiresAtSeconds: number | null;
}
