import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { AuthorizationRequest } from '../tokens/authorization-request-reader.js';
import { callbackDestination } from './callback-destination.js';
import { idHash } from '../pages/id-hash.js';
import { PageRefusal } from '../pages/page-refusal.js';
import { SealedCookies, type CookieMatter } from '../pages/sealed-cookies.js';
import type { BrowserRequest } from './browser-request.js';
import type { Session } from './sessions.js';

const NAME = 'oauth10-way-on';
/** The length of the hash in a cookie's name, which distinguishes requests; the seal authenticates which one it is. */
const NAME_OCTETS = 9;

/**
 * A link to the client's callback, for an owner whose browser blocked the redirect to it. With PAGES_FORM_ACTION set,
 * Chromium silently blocks a callback that redirects to an origin outside the list, after the decision was recorded;
 * a link is not subject to `form-action`. The URI lives in a sealed cookie, because the database has only a hash of
 * the verifier.
 */
@Injectable()
export class CallbackLinks {
  constructor(
    private readonly cookies: SealedCookies,
    private readonly settings: Settings,
  ) {}

  /** Whether a browser can block the redirect to this callback. */
  isNeeded(callback: string): boolean {
    return this.settings.pagesFormAction.length > 0 && callback !== 'oob';
  }

  /** Set-Cookie values for the response that redirects the owner to the callback. */
  keep(
    pageRequest: BrowserRequest,
    request: AuthorizationRequest,
    { subject }: Session,
    location: string,
  ): string[] {
    const { oauthToken, callback, expiresAt } = request;
    if (!this.isNeeded(callback)) return [];
    const seconds = Math.max(1, Math.ceil((expiresAt.getTime() - Date.now()) / 1000));
    return [this.cookies.set(matterOf(oauthToken, subject), location, pageRequest.secure, seconds)];
  }

  /** Adds a link to the application to the refusal, if this owner made the decision in this browser. */
  added(
    refusal: unknown,
    pageRequest: BrowserRequest,
    session: Session | undefined,
    oauthToken: string | undefined,
  ): unknown {
    if (!(refusal instanceof PageRefusal) || !session || oauthToken === undefined) return refusal;
    if (refusal.reason !== 'allowed' && refusal.reason !== 'denied') return refusal;
    const href = this.cookies.read<string>(pageRequest, matterOf(oauthToken, session.subject));
    const place = href === undefined ? undefined : callbackDestination(href);
    if (href === undefined || place === undefined || place.kind === 'oob') return refusal;
    const goOn = { href, place: place.kind === 'host' ? place.host : place.name };
    return new PageRefusal(refusal.reason, { ...refusal.detail, goOn });
  }
}

/** One cookie for each request, so that tabs do not overwrite each other's. The seal opens only for this owner. */
const matterOf = (oauthToken: string, subject: string): CookieMatter => ({
  name: `${NAME}-${idHash(oauthToken).toString('base64url', 0, NAME_OCTETS)}`,
  about: JSON.stringify([oauthToken, subject]),
});
