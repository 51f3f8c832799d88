import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Endpoint } from '../../http/endpoint.decorator.js';
import { PageHandler } from '../page-handler.js';
import { PageRefusal } from '../../pages/page-refusal.js';
import type { Reply } from '../../pages/reply.js';
import type { BrowserRequest } from '../browser-request.js';
import { OidcSignIn } from './oidc-sign-in.js';
import { SignIn } from './sign-in.js';
import { SignedIn } from './signed-in.js';

/** The redirect URI for the OpenID Connect issuer. */
@Controller('oauth/auz')
@Endpoint({ listener: 'public', label: 'pages', guard: 'none' })
export class OidcSignInController {
  constructor(
    private readonly pageHandler: PageHandler,
    private readonly signIn: SignIn,
    private readonly signedIn: SignedIn,
  ) {}

  @All('signed-in')
  get(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.pageHandler.serve(request, response, ['GET'], (pageRequest) =>
      this.finish(pageRequest),
    );
  }

  private async finish(pageRequest: BrowserRequest): Promise<Reply> {
    if (!(this.signIn instanceof OidcSignIn)) throw new PageRefusal('not-found');
    const { subject, oauthToken, cookies } = await this.signIn.finish(pageRequest);
    return this.signedIn.as(subject, pageRequest, oauthToken, cookies);
  }
}
