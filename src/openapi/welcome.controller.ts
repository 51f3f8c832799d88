import { All, Controller, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Endpoint } from '../http/endpoint.decorator.js';
import { sendText } from '../http/send-text.js';

/** The page at `/`, which lists where things are. */
@Controller()
export class WelcomeController {
  @All()
  @Endpoint({ listener: 'admin', label: 'docs', guard: 'none' })
  admin(@Res() response: ServerResponse): void {
    const text = 'The operations are at /docs, the console of staff is at /console/.';
    sendText(response, 302, text, { Location: '/docs' });
  }

  @All()
  @Endpoint({ listener: 'public', label: 'other', guard: 'none' })
  public(@Res() response: ServerResponse): void {
    sendText(
      response,
      404,
      'This is an OAuth 1.0a (RFC 5849) service; its endpoints are below /oauth/.',
    );
  }
}
