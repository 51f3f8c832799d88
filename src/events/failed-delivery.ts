import type { StoredEvent } from './event.js';
import type { FailedDelivery } from './event-lanes.js';
import type { Undelivered } from './webhook.js';

const WAIT_SECONDS_MAX = 300;
/** An event that its receiver refuses this many times becomes a dead letter. */
const REFUSALS_MAX = 10;

/** Decides whether a failed event is retried, and when. */
export function failedDelivery(
  event: StoredEvent,
  { outcome, error }: Undelivered,
): FailedDelivery {
  const isRefusal = outcome === 'refused';
  const isDead = isRefusal && event.refusals + 1 >= REFUSALS_MAX;
  const waitSeconds = Math.min(2 ** Math.min(event.attempts, 16), WAIT_SECONDS_MAX);
  // Jitter, so that retries do not all happen at the same time.
  return { event, error, isRefusal, isDead, waitSeconds: waitSeconds * (1 - Math.random() / 4) };
}
