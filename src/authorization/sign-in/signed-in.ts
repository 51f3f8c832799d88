import { Injectable } from '@nestjs/common';
import { formEncode } from '../../protocol/form-encoding.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import { sessionCookie, Sessions } from '../sessions.js';
import type { BrowserRequest } from '../browser-request.js';

/** What happens once it is known who sits at the browser, whichever way it became known. */
@Injectable()
export class SignedIn {
  constructor(private readonly sessions: Sessions) {}

  /**
   * Starts the session, or goes on with the one that the same person has on this browser, and sends
   * the browser to what it came for.
   *
   * @param subject the resource owner's id; isSubject() must hold
   * @param oauthToken the authorization request to come back to; undefined: "Your connections"
   * @param cookies further Set-Cookie values
   */
  async as(
    subject: string,
    pageRequest: BrowserRequest,
    oauthToken: string | undefined,
    cookies: readonly string[],
  ): Promise<Reply> {
    const { id } = await this.sessions.start(subject, pageRequest.sessionId);
    return redirectTo(pageAfterSignIn(oauthToken), [
      sessionCookie(id, pageRequest.secure),
      ...cookies,
    ]);
  }
}

/** The page that a person came for before they signed in. */
export const pageAfterSignIn = (oauthToken: string | undefined): string =>
  oauthToken === undefined
    ? '/oauth/auz/grants'
    : `/oauth/auz/authorize?${formEncode([['oauth_token', oauthToken]])}`;
