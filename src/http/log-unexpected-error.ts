import type { Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { errorFields } from '../failures/error-fields.js';
import { requestIdOf } from './problem-details.js';

/** Logs an error that nobody foresaw, under the id that the answer carries. */
export function logUnexpectedError(logger: Logger, error: unknown, response: ServerResponse): void {
  logger.error('Unexpected error', {
    requestId: requestIdOf(response),
    ...errorFields(error),
    'exception.stacktrace': error instanceof Error ? error.stack : undefined,
  });
}
