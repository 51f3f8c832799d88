import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { ScopeTitles } from '../scopes/scope-titles.js';
import type { AuthorizationRequest } from '../tokens/authorization-requests.js';
import { callbackPlace, type CallbackPlace } from './callback-place.js';
import { formToken } from './form-token.js';
import { PageRenderer } from './page-renderer.js';
import type { Reply } from './reply.js';
import type { Session } from './sessions.js';

/** Shows the owner who asks for what (RFC 5849 section 2.2). */
@Injectable()
export class ConsentPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly scopeTitles: ScopeTitles,
    private readonly settings: Settings,
  ) {}

  async show(request: AuthorizationRequest, session: Session): Promise<Reply> {
    const { oauthToken, consumer, scopes } = request;
    const place = callbackPlace(request.callback);
    const frame = {
      title: this.pages.texts.consent.title(consumer.name),
      session,
      formAction: place.kind === 'oob' ? [] : [place.source, ...this.settings.pagesFormAction],
    };
    return this.pages.render('consent', frame, {
      oauthToken,
      consumer,
      scopes: await this.scopeTitles.of(scopes),
      leadsTo: this.leadsTo(place),
      lasts: this.lasts(consumer.accessTokenTtlSeconds),
      formToken: formToken(session.id, 'decide', oauthToken),
    });
  }

  private leadsTo(place: CallbackPlace): string {
    const { consent } = this.pages.texts;
    switch (place.kind) {
      case 'oob':
        return consent.callbackOob;
      case 'device':
        return consent.callbackDevice(place.name);
      case 'host':
        return consent.callbackHost(place.host);
      default:
        return place satisfies never;
    }
  }

  private lasts(ownTtlSeconds: number | null): string {
    const seconds = ownTtlSeconds ?? this.settings.accessTokenTtlSeconds;
    const { lastsFor, lastsUntilRevoked } = this.pages.texts.consent;
    return seconds > 0 ? lastsFor(seconds) : lastsUntilRevoked;
  }
}
