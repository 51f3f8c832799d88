import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { ScopeTitles } from '../scopes/scope-titles.js';
import type { AuthorizationRequest } from '../tokens/authorization-request-reader.js';
import { callbackDestination, type CallbackDestination } from './callback-destination.js';
import { CsrfTokens } from '../pages/csrf-tokens.js';
import { PageRenderer } from './page-renderer.js';
import type { Reply } from '../pages/reply.js';
import type { Session } from './sessions.js';
import { pageAfterSignIn } from './sign-in/signed-in.js';
import type { Texts } from './texts/english.js';
import type { BrowserRequest } from './browser-request.js';
import { CallbackLinks } from './callback-links.js';

/** Shows the owner which consumer requests which scopes (RFC 5849 section 2.2). */
@Injectable()
export class ConsentPage {
  constructor(
    private readonly pages: PageRenderer,
    private readonly scopeTitles: ScopeTitles,
    private readonly formTokens: CsrfTokens,
    private readonly callbackLinks: CallbackLinks,
    private readonly settings: Settings,
  ) {}

  /** @param nothingTicked the owner pressed Allow with no box ticked, and has to confirm */
  async show(
    { texts }: BrowserRequest,
    request: AuthorizationRequest,
    session: Session,
    nothingTicked = false,
  ): Promise<Reply> {
    const { oauthToken, consumer, scopes, callback } = request;
    const { subject } = session;
    const place = callbackDestination(callback);
    const frame = {
      title: texts.consent.title(consumer.name),
      session,
      formAction: this.formAction(place),
    };
    return this.pages.render('consent', texts, frame, {
      oauthToken,
      consumer,
      nothingTicked,
      scopes: (await this.scopeTitles.of(scopes)).map((scope) => ({
        ...scope,
        description: scope.isDescribed ? scope.description : texts.consent.undescribed,
      })),
      leadsTo: this.leadsTo(place, texts),
      lasts: this.lasts(consumer.accessTokenTtlSeconds, texts),
      formToken: this.formTokens.make({ purpose: 'decide', subject, about: oauthToken }),
      stuckAt: this.callbackLinks.isNeeded(callback) ? pageAfterSignIn(oauthToken) : undefined,
    });
  }

  /**
   * Browsers apply `form-action` to every redirect after a form, and a callback may redirect to any address. So the
   * policy has no `form-action`, unless the operator lists all destinations.
   */
  private formAction(place: CallbackDestination): readonly string[] | null {
    if (place.kind === 'oob') return [];
    const { pagesFormAction: named } = this.settings;
    return named.length === 0 ? null : [place.source, ...named];
  }

  private leadsTo(place: CallbackDestination, { consent }: Texts): string {
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

  private lasts(ownTtlSeconds: number | null, texts: Texts): string {
    const seconds = ownTtlSeconds ?? this.settings.accessTokenTtlSeconds;
    const { lastsFor, lastsUntilRevoked } = texts.consent;
    return seconds > 0 ? lastsFor(seconds) : lastsUntilRevoked;
  }
}
