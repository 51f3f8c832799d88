import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../../failures/store-unavailable.js';

/** @throws StoreUnavailable if the work takes longer; its later result or error is ignored */
export async function withTimeout<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  const silent = new AbortController();
  const timeout = sleep(ms, undefined, { ref: false, signal: silent.signal }).then(() => {
    throw new StoreUnavailable(new Error('The nonce store or the database does not answer'));
  });
  // The loser of the race must not become an unhandled rejection.
  work.catch(() => undefined);
  timeout.catch(() => undefined);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    silent.abort();
  }
}
