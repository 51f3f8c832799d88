import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { sendSentence } from './sentence.js';

/**
 * Answers for paths that no controller serves, whichever listener they arrived at. The framework's
 * own answer would repeat the path, and might be stored.
 */
@Catch(NotFoundException)
export class NothingHereFilter implements ExceptionFilter {
  catch(_: NotFoundException, host: ArgumentsHost): void {
    sendSentence(host.switchToHttp().getResponse<ServerResponse>(), 404, 'There is nothing here.');
  }
}
