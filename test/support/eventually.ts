import { setTimeout as sleep } from 'node:timers/promises';

/** Far longer than any wait should take, so that a slow or busy machine does not fail a test. */
export const PATIENCE_MS = 60_000;

/**
 * Reads until the value is as wanted or the patience is over, and resolves to the value that was read last. The
 * caller asserts on this value; another read could give a different one.
 */
export async function eventually<Value>(
  read: () => Promise<Value>,
  isWanted: (value: Value) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<Value> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const value = await read();
    if (isWanted(value) || Date.now() > deadline) return value;
    await sleep(50);
  }
}
