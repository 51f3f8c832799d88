import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { sendText } from './send-text.js';

/** Says that a path is served nowhere, and repeats nothing of it. */
export const sendNotFound = (response: ServerResponse): void =>
  sendText(response, 404, 'There is nothing here.');

/**
 * Answers for paths that no controller serves, whichever listener they arrived at. The framework's
 * own answer would repeat the path, and might be stored.
 */
@Catch(NotFoundException)
export class NotFoundFilter implements ExceptionFilter {
  catch(_: NotFoundException, host: ArgumentsHost): void {
    sendNotFound(host.switchToHttp().getResponse<ServerResponse>());
  }
}
