import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CsrfCheck } from './csrf-check.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { PageHandler } from './page-handler.js';
import { PageRenderer } from './page-renderer.js';
import type { Reply } from '../pages/reply.js';
import { noSessionCookie, Sessions } from './sessions.js';
import { pageAfterSignIn } from './sign-in/signed-in.js';
import type { BrowserRequest } from './browser-request.js';

/** Ends the session in the browser and in the database. */
@Controller('oauth/auz')
@Endpoint({ listener: 'public', label: 'pages', guard: 'none' })
export class SignOutController {
  constructor(
    private readonly pageHandler: PageHandler,
    private readonly forms: CsrfCheck,
    private readonly sessions: Sessions,
    private readonly pages: PageRenderer,
  ) {}

  @All('sign-out')
  post(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.pageHandler.serve(request, response, ['POST'], (pageRequest) =>
      this.end(pageRequest),
    );
  }

  private async end(pageRequest: BrowserRequest): Promise<Reply> {
    const form = { purpose: 'sign-out', about: '' } as const;
    const session = await this.forms.sessionOf(pageRequest, form, pageAfterSignIn(undefined));
    // Undefined if the session has already ended.
    if (session) await this.sessions.end(session.id);
    const { signedOut } = pageRequest.texts.session;
    const frame = { title: signedOut.title, cookies: [noSessionCookie(pageRequest.secure)] };
    return this.pages.render('message', pageRequest.texts, frame, signedOut);
  }
}
