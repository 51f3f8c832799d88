import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Endpoint } from '../http/endpoint.decorator.js';
import { Settings } from '../config/settings.js';
import { PageHandler } from './page-handler.js';
import { PageRefusal } from '../pages/page-refusal.js';

/**
 * The platform's logo. Its policy prevents even an SVG from running or loading anything when it is opened directly.
 */
@Controller('oauth/auz')
@Endpoint({ listener: 'public', label: 'pages', guard: 'none' })
export class LogoController {
  constructor(
    private readonly pageHandler: PageHandler,
    private readonly settings: Settings,
  ) {}

  @All('logo')
  show(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.pageHandler.serve(request, response, ['GET'], () => {
      const { logo } = this.settings.brand;
      if (!logo) return Promise.reject(new PageRefusal('not-found'));
      return Promise.resolve({
        status: 200,
        headers: {
          'Content-Type': logo.mediaType,
          'Cache-Control': 'public, max-age=3600',
          'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        },
        body: logo.octets,
      });
    });
  }
}
