import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Endpoint } from '../http/endpoint.decorator.js';
import { PageHandler } from './page-handler.js';
import { PageRefusal } from '../pages/page-refusal.js';

/** Refuses all other paths under /oauth/auz/ with an error page. Must be the last controller of its module. */
@Controller('oauth/auz')
@Endpoint({ listener: 'public', label: 'pages', guard: 'none' })
export class UnservedPageController {
  constructor(private readonly pageHandler: PageHandler) {}

  @All('{*path}')
  refuse(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.pageHandler.serve(request, response, ['GET', 'POST'], () =>
      Promise.reject(new PageRefusal('not-found')),
    );
  }
}
