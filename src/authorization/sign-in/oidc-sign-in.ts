import { Injectable } from '@nestjs/common';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { newBrowserId } from '../../secrets/random-values.js';
import type { AuthorizationRequest } from '../../tokens/authorization-requests.js';
import { isSubject } from '../../tokens/subject.js';
import { browserCookie } from '../browser-cookie.js';
import { PageRefusal } from '../page-refusal.js';
import { redirectTo, type Reply } from '../reply.js';
import type { BrowserRequest } from '../browser-request.js';
import { OidcIssuer, type OidcChecks } from './oidc-issuer.js';
import { SignIn } from './sign-in.js';
import { pageAfterSignIn } from './signed-in.js';
import { StartedSignIns } from './started-sign-ins.js';

/** Where the issuer sends the browser back to, below this service's own origin. */
const SIGNED_IN_PATH = '/oauth/auz/signed-in';
const ANSWER_PARAMETERS = ['code', 'state', 'iss', 'error'] as const;

type Remembered = Omit<OidcChecks, 'state'>;

/** Sends people to the platform's OpenID Connect issuer, and takes them back. */
@Injectable()
export class OidcSignIn extends SignIn {
  constructor(
    private readonly issuer: OidcIssuer,
    private readonly started: StartedSignIns,
  ) {
    super();
  }

  async begin(visit: BrowserRequest, request: AuthorizationRequest | undefined): Promise<Reply> {
    const browserId = visit.browserId ?? newBrowserId();
    const detail: Remembered = { nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const state = randomState();
    const location = await this.issuer.authorizationUrl(redirectUri(visit), { state, ...detail });
    const oauthToken = request?.oauthToken ?? null;
    await this.started.remember(state, browserId, { oauthToken, detail });
    const isNew = visit.browserId === undefined;
    return redirectTo(location, isNew ? [browserCookie(browserId, visit.secure)] : []);
  }

  /**
   * Who came back, and what for. A sign-in ends once, and only in the browser that began it: an
   * answer that was made for somebody else signs nobody in.
   *
   * @throws PageRefusal, with the way to try again where that is known
   */
  async finish(
    visit: BrowserRequest,
  ): Promise<{ subject: string; oauthToken: string | undefined }> {
    if (visit.browserId === undefined) throw new PageRefusal('no-cookie');
    const state = visit.query.one('state') ?? '';
    const begun = await this.started.take<Remembered>(state, visit.browserId);
    if (!begun) throw new PageRefusal('sign-in-unknown');
    const oauthToken = begun.oauthToken ?? undefined;
    try {
      const subject = await this.issuer.subjectOf(answer(visit), { state, ...begun.detail });
      if (!isSubject(subject)) throw new PageRefusal('sign-in-failed');
      return { subject, oauthToken };
    } catch (error) {
      if (!(error instanceof PageRefusal)) throw error;
      throw new PageRefusal(error.reason, error.headers, pageAfterSignIn(oauthToken));
    }
  }
}

const redirectUri = (visit: BrowserRequest): string => visit.ownOrigin + SIGNED_IN_PATH;

/** The redirect URI with what of the query belongs to the answer. */
function answer(visit: BrowserRequest): URL {
  const url = new URL(redirectUri(visit));
  for (const name of ANSWER_PARAMETERS) {
    for (const value of visit.query.all(name)) url.searchParams.append(name, value);
  }
  return url;
}
