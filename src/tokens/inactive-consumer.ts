import type { SigningConsumer } from './signing-consumer.js';

/**
 * Whether a time, in seconds since 1970, is reached; false for null.
 *
 * @param nowSeconds by the database's clock
 */
export const isPast = (seconds: number | null, nowSeconds: number): boolean =>
  seconds !== null && seconds <= nowSeconds;

/** Why the consumer may not be served now; undefined if it may. */
export function inactiveReason(
  { disabled, expiresAtSeconds }: Pick<SigningConsumer, 'disabled' | 'expiresAtSeconds'>,
  nowSeconds: number,
): 'disabled' | 'expired' | undefined {
  if (disabled) return 'disabled';
  return isPast(expiresAtSeconds, nowSeconds) ? 'expired' : undefined;
}
