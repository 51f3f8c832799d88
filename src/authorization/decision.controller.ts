import { All, Controller, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  AuthorizationRequests,
  type AuthorizationRequest,
} from '../tokens/authorization-requests.js';
import { assertOwnForm } from './own-form.js';
import { PageHandler } from './page-handler.js';
import { PageRefusal } from './page-refusal.js';
import { PageRenderer } from './page-renderer.js';
import { PendingRequests } from './pending-requests.js';
import { redirectTo, type Reply } from './reply.js';
import { Sessions, type Session } from './sessions.js';
import { pageAfterSignIn } from './sign-in/signed-in.js';
import type { BrowserRequest } from './browser-request.js';

/** The resource owner allows or denies (RFC 5849 section 2.2). */
@Controller('oauth/auz')
export class DecisionController {
  constructor(
    private readonly door: PageHandler,
    private readonly sessions: Sessions,
    private readonly pending: PendingRequests,
    private readonly requests: AuthorizationRequests,
    private readonly pages: PageRenderer,
  ) {}

  @All('decision')
  post(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.door.serve(request, response, ['POST'], (visit) => this.decide(visit));
  }

  private async decide(visit: BrowserRequest): Promise<Reply> {
    const oauthToken = visit.form.one('oauth_token') ?? '';
    const browserId = assertOwnForm(visit, 'decide', oauthToken);
    const session = await this.sessions.find(browserId);
    if (!session) throw new PageRefusal('signed-out', {}, pageAfterSignIn(oauthToken));
    const request = await this.pending.find(oauthToken);
    try {
      const decision = visit.form.one('decision');
      if (decision === 'allow') return await this.allow(request, session, visit.form.all('scope'));
      if (decision === 'deny') return await this.deny(request, session);
      throw new PageRefusal('malformed');
    } catch (error) {
      throw await this.pending.refusalOf(error, oauthToken);
    }
  }

  /** @param scopes those that stayed ticked; what was never asked for is refused */
  private async allow(
    { oauthToken, consumer, expiresAt }: AuthorizationRequest,
    session: Session,
    scopes: readonly string[],
  ): Promise<Reply> {
    const grant = { subject: session.subject, scopes: [...new Set(scopes)] };
    const { redirectTo: location, oauthVerifier } = await this.requests.accept(oauthToken, grant);
    if (location !== null) return redirectTo(location);
    const frame = { title: this.pages.texts.pin.title, session };
    const goodForSeconds = Math.max(1, (expiresAt.getTime() - Date.now()) / 1000);
    const data = { consumerName: consumer.name, verifier: oauthVerifier, goodForSeconds };
    return this.pages.render('pin', frame, data);
  }

  private async deny({ oauthToken }: AuthorizationRequest, session: Session): Promise<Reply> {
    const { redirectTo: location } = await this.requests.reject(oauthToken);
    if (location !== null) return redirectTo(location);
    const { denied } = this.pages.texts;
    return this.pages.render('message', { title: denied.title, session }, denied);
  }
}
