import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Endpoint } from '../http/endpoint.decorator.js';
import { AuthorizationRequests } from '../tokens/authorization-requests.js';
import type { AuthorizationRequest } from '../tokens/authorization-request-reader.js';
import { groupedPin } from '../tokens/verifier.js';
import { ConsentPage } from './consent-page.js';
import { copyScript } from '../pages/copy-script.js';
import { ownerActor } from './owner-actor.js';
import { CsrfCheck } from './csrf-check.js';
import { PageHandler } from './page-handler.js';
import { PageRefusal } from '../pages/page-refusal.js';
import { PageRenderer } from './page-renderer.js';
import { PendingRequests } from './pending-requests.js';
import { redirectTo, type Reply } from '../pages/reply.js';
import type { Session } from './sessions.js';
import { pageAfterSignIn } from './sign-in/signed-in.js';
import type { BrowserRequest } from './browser-request.js';
import { CallbackLinks } from './callback-links.js';

/** The resource owner allows or denies the request (RFC 5849 section 2.2). */
@Controller('oauth/auz')
@Endpoint({ listener: 'public', label: 'pages', guard: 'none' })
export class DecisionController {
  constructor(
    private readonly pageHandler: PageHandler,
    private readonly forms: CsrfCheck,
    private readonly pending: PendingRequests,
    private readonly requests: AuthorizationRequests,
    private readonly consentPage: ConsentPage,
    private readonly pages: PageRenderer,
    private readonly callbackLinks: CallbackLinks,
  ) {}

  @All('decision')
  post(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.pageHandler.serve(request, response, ['POST'], (pageRequest) =>
      this.decide(pageRequest),
    );
  }

  private async decide(pageRequest: BrowserRequest): Promise<Reply> {
    const oauthToken = pageRequest.form.one('oauth_token') ?? '';
    const form = { purpose: 'decide', about: oauthToken } as const;
    const retryAt = pageAfterSignIn(oauthToken);
    const session = await this.forms.sessionOf(pageRequest, form, retryAt);
    if (!session) throw new PageRefusal('signed-out', { retryAt });
    try {
      const request = await this.pending.find(oauthToken);
      const decision = pageRequest.form.one('decision');
      if (decision === 'allow') return await this.allow(pageRequest, request, session);
      if (decision === 'deny') return await this.deny(pageRequest, request, session);
      throw new PageRefusal('malformed', { retryAt });
    } catch (error) {
      const refusal = await this.pending.refusalOf(error, oauthToken);
      throw this.callbackLinks.added(refusal, pageRequest, session, oauthToken);
    }
  }

  /**
   * Grants the ticked scopes; scopes that were not requested are refused. If no box is ticked, the owner has to
   * confirm.
   */
  private async allow(
    pageRequest: BrowserRequest,
    request: AuthorizationRequest,
    session: Session,
  ): Promise<Reply> {
    const { oauthToken, consumer, expiresAt } = request;
    const { form, texts } = pageRequest;
    const scopes = [...new Set(form.all('scope'))];
    if (scopes.length === 0 && request.scopes.length > 0 && form.one('nothing') === undefined) {
      return this.consentPage.show(pageRequest, request, session, true);
    }
    const grant = { subject: session.subject, scopes };
    const { redirectTo: location, oauthVerifier } = await this.requests.accept(
      oauthToken,
      grant,
      ownerActor(session, pageRequest),
    );
    if (location !== null) {
      return redirectTo(location, this.callbackLinks.keep(pageRequest, request, session, location));
    }
    const frame = { title: texts.pin.title, session, script: copyScript };
    return this.pages.render('pin', texts, frame, {
      consumerName: consumer.name,
      verifier: oauthVerifier,
      shown: groupedPin(oauthVerifier),
      goodForSeconds: Math.max(1, (expiresAt.getTime() - Date.now()) / 1000),
    });
  }

  private async deny(
    pageRequest: BrowserRequest,
    request: AuthorizationRequest,
    session: Session,
  ): Promise<Reply> {
    const owner = ownerActor(session, pageRequest);
    const { redirectTo: location } = await this.requests.reject(request.oauthToken, owner);
    if (location !== null) {
      return redirectTo(location, this.callbackLinks.keep(pageRequest, request, session, location));
    }
    const { denied } = pageRequest.texts;
    return this.pages.render(
      'message',
      pageRequest.texts,
      { title: denied.title, session },
      denied,
    );
  }
}
