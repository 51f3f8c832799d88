import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { forgottenCookie } from './browser-cookie.js';
import { assertOwnForm } from './own-form.js';
import { PageHandler } from './page-handler.js';
import { PageRenderer } from './page-renderer.js';
import type { Reply } from './reply.js';
import { Sessions } from './sessions.js';
import type { BrowserRequest } from './browser-request.js';

/** Ends the session, here and on the server. */
@Controller('oauth/auz')
export class SignOutController {
  constructor(
    private readonly door: PageHandler,
    private readonly sessions: Sessions,
    private readonly pages: PageRenderer,
  ) {}

  @All('sign-out')
  post(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.door.serve(request, response, ['POST'], (visit) => this.end(visit));
  }

  private async end(visit: BrowserRequest): Promise<Reply> {
    await this.sessions.end(assertOwnForm(visit, 'sign-out', ''));
    const { signedOut } = this.pages.texts.session;
    const frame = { title: signedOut.title, cookies: [forgottenCookie(visit.secure)] };
    return this.pages.render('message', frame, signedOut);
  }
}
