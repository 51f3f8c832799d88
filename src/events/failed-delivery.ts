import type { StoredEvent } from './event.js';
import type { FailedDelivery } from './event-lanes.js';
import type { Undelivered } from './webhook.js';

const WAIT_SECONDS_MAX = 300;
/** An event that its receiver does not want so many times is a dead letter. */
const REFUSALS_MAX = 10;

/** What becomes of an event whose delivery failed: when it is tried again, or that it is not. */
export function failedDelivery(
  event: StoredEvent,
  { outcome, error }: Undelivered,
): FailedDelivery {
  const isRefusal = outcome === 'refused';
  const isDead = isRefusal && event.refusals + 1 >= REFUSALS_MAX;
  const waitSeconds = Math.min(2 ** Math.min(event.attempts, 16), WAIT_SECONDS_MAX);
  // Not all at the same moment.
  return { event, error, isRefusal, isDead, waitSeconds: waitSeconds * (1 - Math.random() / 4) };
}
