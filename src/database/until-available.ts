import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorFields } from '../failures/error-fields.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';

const AGAIN_AFTER_MS = 250;

/**
 * Retries database work of the startup while the database is unavailable: it may become so between the first
 * connection and the first request.
 *
 * @throws an error of `work` that waiting does not fix
 */
export async function untilAvailable<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error;
      if (tries === 0)
        new Logger('Database').warn('The start waits for the database', errorFields(error));
      await sleep(AGAIN_AFTER_MS);
    }
  }
}
