import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Endpoint } from '../http/endpoint.decorator.js';
import { Settings } from '../config/settings.js';
import { appendToCallback } from '../protocol/callback-uri.js';
import type { AuthorizationRequest } from '../tokens/authorization-request-reader.js';
import { ConsentPage } from './consent-page.js';
import { PageHandler } from './page-handler.js';
import { PendingRequests } from './pending-requests.js';
import { redirectTo, type Reply } from '../pages/reply.js';
import { Sessions } from './sessions.js';
import { SignIn } from './sign-in/sign-in.js';
import type { BrowserRequest } from './browser-request.js';
import { CallbackLinks } from './callback-links.js';

/** RFC 5849 section 2.2: the consumer redirects the resource owner's browser here. */
@Controller('oauth/auz')
@Endpoint({ listener: 'public', label: 'authorize', guard: 'none' })
export class AuthorizationController {
  constructor(
    private readonly pageHandler: PageHandler,
    private readonly requests: PendingRequests,
    private readonly sessions: Sessions,
    private readonly signIn: SignIn,
    private readonly consentPage: ConsentPage,
    private readonly callbackLinks: CallbackLinks,
    private readonly settings: Settings,
  ) {}

  @All('authorize')
  authorize(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.pageHandler.serve(request, response, ['GET', 'POST'], (pageRequest) =>
      this.show(pageRequest),
    );
  }

  private async show(pageRequest: BrowserRequest): Promise<Reply> {
    // Checks token and consumer before any redirect.
    const pending = await this.pending(pageRequest);
    const query = [['oauth_token', pending.oauthToken]] as const;
    const { consentUrl } = this.settings;
    if (consentUrl !== undefined) return redirectTo(appendToCallback(consentUrl, query));
    const session = await this.sessions.find(pageRequest.sessionId);
    if (session) return this.consentPage.show(pageRequest, pending, session);
    // Browsers send no SameSite cookie with a form from the consumer's site. They send it with the GET after this
    // redirect.
    if (pageRequest.method === 'POST' && pageRequest.from.site === 'cross-site') {
      return redirectTo(appendToCallback('/oauth/auz/authorize', query));
    }
    return this.signIn.begin(pageRequest, pending);
  }

  private async pending(pageRequest: BrowserRequest): Promise<AuthorizationRequest> {
    const oauthToken = sentToken(pageRequest);
    try {
      return await this.requests.find(oauthToken);
    } catch (error) {
      const session = await this.sessions.find(pageRequest.sessionId);
      throw this.callbackLinks.added(error, pageRequest, session, oauthToken);
    }
  }
}

/** The value of `oauth_token`, if query and form contain exactly one. */
function sentToken({ query, form }: BrowserRequest): string | undefined {
  const sent = [...query.all('oauth_token'), ...form.all('oauth_token')];
  return sent.length === 1 ? sent[0] : undefined;
}
