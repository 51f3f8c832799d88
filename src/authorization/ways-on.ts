import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { AuthorizationRequest } from '../tokens/standing-requests.js';
import { callbackPlace } from './callback-place.js';
import { idHash } from '../pages/id-hash.js';
import { PageRefusal } from '../pages/page-refusal.js';
import { SealedCookies, type CookieMatter } from '../pages/sealed-cookies.js';
import type { BrowserRequest } from './browser-request.js';
import type { Session } from './sessions.js';

const NAME = 'oauth10-way-on';
/** Of the hash that tells requests apart; the seal says which one it is. */
const NAME_OCTETS = 9;

/**
 * The way to the application for an owner whose browser was stopped on it: where PAGES_FORM_ACTION
 * holds forms to certain places, Chromium blocks a callback that redirects to another one, without a
 * word and after the decision. A link is not held to them. The browser keeps where it leads, since
 * the database has a hash of the verifier alone.
 */
@Injectable()
export class WaysOn {
  constructor(
    private readonly cookies: SealedCookies,
    private readonly settings: Settings,
  ) {}

  /** Whether a browser can be stopped on its way to this callback. */
  isNeeded(callback: string): boolean {
    return this.settings.pagesFormAction.length > 0 && callback !== 'oob';
  }

  /** Set-Cookie values to go with the redirect that the session's owner is sent on. */
  keep(
    visit: BrowserRequest,
    request: AuthorizationRequest,
    { subject }: Session,
    location: string,
  ): string[] {
    const { oauthToken, callback, expiresAt } = request;
    if (!this.isNeeded(callback)) return [];
    const seconds = Math.max(1, Math.ceil((expiresAt.getTime() - Date.now()) / 1000));
    return [this.cookies.set(matterOf(oauthToken, subject), location, visit.secure, seconds)];
  }

  /** The refusal with a link to the application, where it is about a decision of this owner in this browser. */
  added(
    refusal: unknown,
    visit: BrowserRequest,
    session: Session | undefined,
    oauthToken: string | undefined,
  ): unknown {
    if (!(refusal instanceof PageRefusal) || !session || oauthToken === undefined) return refusal;
    if (refusal.reason !== 'allowed' && refusal.reason !== 'denied') return refusal;
    const href = this.cookies.read<string>(visit, matterOf(oauthToken, session.subject));
    const place = href === undefined ? undefined : callbackPlace(href);
    if (href === undefined || place === undefined || place.kind === 'oob') return refusal;
    const goOn = { href, place: place.kind === 'host' ? place.host : place.name };
    return new PageRefusal(refusal.reason, { ...refusal.detail, goOn });
  }
}

/** A cookie for each request, so that one tab leaves another's alone; it opens for its owner alone. */
const matterOf = (oauthToken: string, subject: string): CookieMatter => ({
  name: `${NAME}-${idHash(oauthToken).toString('base64url', 0, NAME_OCTETS)}`,
  about: JSON.stringify([oauthToken, subject]),
});
