import type { ConsumerGrantFields } from '../consumers/consumer-fields.js';

/** The properties of a consumer that are needed to verify and serve its signed requests. */
export interface SigningConsumer extends Readonly<
  Omit<ConsumerGrantFields, 'status' | 'expiresAt'>
> {
  readonly consumerKey: string;
  /** Sealed for the place that consumerSecret() names; null if the consumer signs with RSA only. */
  readonly secret: Buffer | null;
  /** The previous secret, sealed for the place that previousConsumerSecret() names. */
  readonly previousSecret: Buffer | null;
  /** When the previous secret expires, in seconds since 1970, by the database's clock. */
  readonly previousSecretExpiresAtSeconds: number | null;
  /** From when weak methods are refused, in seconds since 1970, by the database's clock; null = never. */
  readonly weakSignaturesUntilSeconds: number | null;
  readonly disabled: boolean;
  /** Seconds since 1970, by the database's clock; null = never. */
  readonly expiresAtSeconds: number | null;
}
