import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../../failures/store-unavailable.js';

/** @throws StoreUnavailable when the work takes longer; whatever it comes to then, nobody hears */
export async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  const silent = new AbortController();
  const timeout = sleep(ms, undefined, { ref: false, signal: silent.signal }).then(() => {
    throw new StoreUnavailable(new Error('The nonce store or the database does not answer'));
  });
  // Whoever comes too late is heard by nobody.
  work.catch(() => undefined);
  timeout.catch(() => undefined);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    silent.abort();
  }
}
