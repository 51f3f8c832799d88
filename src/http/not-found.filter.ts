import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { sendText } from './send-text.js';

/** Sends a 404 that does not repeat the path. */
export const sendNotFound = (response: ServerResponse): void =>
  sendText(response, 404, 'There is nothing here.');

/**
 * Answers for paths that no controller serves, on any listener. The framework's own answer would repeat the
 * path, and might be cached.
 */
@Catch(NotFoundException)
export class NotFoundFilter implements ExceptionFilter {
  catch(_: NotFoundException, host: ArgumentsHost): void {
    sendNotFound(host.switchToHttp().getResponse<ServerResponse>());
  }
}
