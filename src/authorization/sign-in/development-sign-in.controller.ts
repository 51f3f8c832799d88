import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Endpoint } from '../../http/endpoint.decorator.js';
import { isSubject } from '../../tokens/subject.js';
import { PageHandler } from '../page-handler.js';
import { PageRefusal } from '../../pages/page-refusal.js';
import { PendingRequests } from '../pending-requests.js';
import type { Reply } from '../../pages/reply.js';
import type { BrowserRequest } from '../browser-request.js';
import { DevelopmentSignIn } from './development-sign-in.js';
import { SignIn } from './sign-in.js';
import { SignedIn } from './signed-in.js';

/** Receives the form of the development sign-in. */
@Controller('oauth/auz')
@Endpoint({ listener: 'public', label: 'pages', guard: 'none' })
export class DevelopmentSignInController {
  constructor(
    private readonly pageHandler: PageHandler,
    private readonly signIn: SignIn,
    private readonly requests: PendingRequests,
    private readonly signedIn: SignedIn,
  ) {}

  @All('sign-in')
  post(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.pageHandler.serve(request, response, ['POST'], (pageRequest) =>
      this.take(pageRequest),
    );
  }

  private async take(pageRequest: BrowserRequest): Promise<Reply> {
    const { signIn } = this;
    if (!(signIn instanceof DevelopmentSignIn)) throw new PageRefusal('not-found');
    const ended = signIn.finish(pageRequest);
    const oauthToken = ended.oauthToken ?? undefined;
    const subject = pageRequest.form.one('user_name')?.trim() ?? '';
    if (isSubject(subject))
      return this.signedIn.as(subject, pageRequest, oauthToken, ended.cookies);
    const pending = oauthToken === undefined ? undefined : await this.requests.find(oauthToken);
    return signIn.form(pageRequest, pending, ended);
  }
}
