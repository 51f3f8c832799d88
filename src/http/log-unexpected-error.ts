import type { Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { errorFields } from '../failures/error-fields.js';
import { requestIdOf } from './problem-details.js';

/** Logs an unexpected error under the request id of the reply. */
export function logUnexpectedError(logger: Logger, error: unknown, response: ServerResponse): void {
  logger.error('Unexpected error', {
    requestId: requestIdOf(response),
    ...errorFields(error),
    'exception.stacktrace': error instanceof Error ? error.stack : undefined,
  });
}
