import type { Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { errorFields } from '../failures/error-fields.js';

/**
 * Runs what answers for an exception filter that has to wait for something. The framework waits for no
 * filter: a rejection would be nobody's, and end the process. Here it ends the connection, and is logged.
 */
export async function answeredByFilter(
  logger: Logger,
  response: ServerResponse,
  answer: () => Promise<void>,
): Promise<void> {
  try {
    await answer();
  } catch (error) {
    logger.error('Answering a refusal failed', errorFields(error));
    response.destroy();
  }
}
