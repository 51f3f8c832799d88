import type { SigningConsumer } from './signing-consumer.js';

/**
 * Whether a moment has come, in seconds since 1970; null never does.
 *
 * @param nowSeconds by the database's clock
 */
export const isPast = (seconds: number | null, nowSeconds: number): boolean =>
  seconds !== null && seconds <= nowSeconds;

/** Why nothing is granted to the consumer now; undefined where it may be. */
export function inactiveReason(
  { disabled, expiresAtSeconds }: Pick<SigningConsumer, 'disabled' | 'expiresAtSeconds'>,
  nowSeconds: number,
): 'disabled' | 'expired' | undefined {
  if (disabled) return 'disabled';
  return isPast(expiresAtSeconds, nowSeconds) ? 'expired' : undefined;
}
