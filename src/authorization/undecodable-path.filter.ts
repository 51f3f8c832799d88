import {
  BadRequestException,
  Catch,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answeredByFilter } from '../http/answered-by-filter.js';
import { sendText } from '../http/send-text.js';
import { PageHandler } from './page-handler.js';
import { PageRefusal } from './page-refusal.js';

/**
 * Answers for paths that can't be decoded (`/oauth/auz/%ff`): the router refuses them before any
 * controller is asked, and the framework's own answer would be JSON that repeats the path.
 */
@Catch(BadRequestException)
export class UndecodablePathFilter implements ExceptionFilter {
  private readonly logger = new Logger('Pages');

  constructor(private readonly pages: PageHandler) {}

  async catch(_: BadRequestException, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const [request, response] = [
      http.getRequest<IncomingMessage>(),
      http.getResponse<ServerResponse>(),
    ];
    if (request.url?.startsWith('/oauth/auz/') !== true) {
      sendText(response, 404, 'There is nothing here.');
      return;
    }
    await answeredByFilter(this.logger, response, () =>
      this.pages.serve(request, response, ['GET', 'POST'], () =>
        Promise.reject(new PageRefusal('not-found')),
      ),
    );
  }
}
