import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { sendText } from './send-text.js';

/**
 * Answers for paths that no controller serves, whichever listener they arrived at. The framework's
 * own answer would repeat the path, and might be stored.
 */
@Catch(NotFoundException)
export class NotFoundFilter implements ExceptionFilter {
  catch(_: NotFoundException, host: ArgumentsHost): void {
    sendText(host.switchToHttp().getResponse<ServerResponse>(), 404, 'There is nothing here.');
  }
}
