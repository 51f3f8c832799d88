import type { Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { requestIdOf } from './problem-details.js';

/** Logs an error that nobody foresaw, under the id that the answer carries. */
export function logUnexpectedError(logger: Logger, error: unknown, response: ServerResponse): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  logger.error({ requestId: requestIdOf(response), stack });
}
