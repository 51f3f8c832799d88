import { setTimeout as sleep } from 'node:timers/promises';

/** Far more than anything takes that is waited for, so that a slow and busy machine is no failure. */
export const PATIENCE_MS = 60_000;

/**
 * Reads until what is read is as wanted, or patience is over, and resolves to what was read last: the
 * assertion that follows judges the very value that ended the wait. Read once more, it may have moved on.
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
