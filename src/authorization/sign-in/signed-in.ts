import { Injectable } from '@nestjs/common';
import { formEncode } from '../../protocol/form-encoding.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import { sessionCookie, Sessions } from '../sessions.js';
import type { BrowserRequest } from '../browser-request.js';

/** The last step of every sign-in, after the owner's identity is verified. */
@Injectable()
export class SignedIn {
  constructor(private readonly sessions: Sessions) {}

  /**
   * Starts a session, or continues this browser's session of the same person. Redirects the browser to the requested
   * page.
   *
   * @param subject the resource owner's id; isSubject() must hold
   * @param oauthToken the authorization request to redirect to; undefined: "Your connections"
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

/** The page that the owner requested before the sign-in. */
export const pageAfterSignIn = (oauthToken: string | undefined): string =>
  oauthToken === undefined
    ? '/oauth/auz/grants'
    : `/oauth/auz/authorize?${formEncode([['oauth_token', oauthToken]])}`;
