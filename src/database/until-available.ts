import { setTimeout as sleep } from 'node:timers/promises';
import { isStoreUnavailable } from '../failures/store-unavailable.js';

const AGAIN_AFTER_MS = 250;

/**
 * Does what the start needs of the database, again and again while that is out of reach: it may go away between
 * the first connection and the first request.
 *
 * @throws what `work` throws that no waiting mends
 */
export async function untilAvailable<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error;
      await sleep(AGAIN_AFTER_MS);
    }
  }
}
