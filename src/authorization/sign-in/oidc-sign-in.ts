import { Injectable } from '@nestjs/common';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import type { AuthorizationRequest } from '../../tokens/authorization-request-reader.js';
import { isSubject } from '../../tokens/subject.js';
import { PageRefusal } from '../../pages/page-refusal.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import type { BrowserRequest } from '../browser-request.js';
import { answerTo, OidcIssuer } from '../../pages/oidc-issuer.js';
import { SignIn } from './sign-in.js';
import { pageAfterSignIn } from './signed-in.js';
import { StartedSignIns } from './started-sign-ins.js';

/** The path of the redirect URI, below this service's public address. */
const SIGNED_IN_PATH = '/oauth/auz/signed-in';

/** The result of a sign-in at the issuer. */
export interface FinishedSignIn {
  readonly subject: string;
  readonly oauthToken: string | undefined;
  /** Set-Cookie values that end the sign-in. */
  readonly cookies: readonly string[];
}

/** Signs owners in at the platform's OpenID Connect issuer. */
@Injectable()
export class OidcSignIn extends SignIn {
  constructor(
    private readonly issuer: OidcIssuer,
    private readonly started: StartedSignIns,
  ) {
    super();
  }

  async begin(
    pageRequest: BrowserRequest,
    request: AuthorizationRequest | undefined,
  ): Promise<Reply> {
    const detail = { nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const state = randomState();
    const location = await this.issuer.authorizationUrl(redirectUri(pageRequest), {
      state,
      ...detail,
    });
    const oauthToken = request?.oauthToken ?? null;
    return redirectTo(location, this.started.remember(pageRequest, state, { oauthToken, detail }));
  }

  /**
   * Accepts the issuer's response only in the browser that started the sign-in, so a response for another browser
   * signs nobody in. The issuer accepts each code only once, so the service does not check that.
   *
   * @throws PageRefusal, with an address to try again if it is known
   */
  async finish(pageRequest: BrowserRequest): Promise<FinishedSignIn> {
    const state = pageRequest.query.one('state') ?? '';
    const begun = this.started.find(pageRequest, state);
    if (!begun?.detail)
      throw new PageRefusal(pageRequest.cookies.size > 0 ? 'sign-in-unknown' : 'no-cookie');
    const oauthToken = begun.oauthToken ?? undefined;
    try {
      const answer = answerTo(redirectUri(pageRequest), pageRequest);
      const { sub: subject } = await this.issuer.claimsOf(answer, { state, ...begun.detail });
      if (!isSubject(subject)) throw new PageRefusal('sign-in-failed');
      return { subject, oauthToken, cookies: [this.started.forget(pageRequest, state)] };
    } catch (error) {
      if (!(error instanceof PageRefusal)) throw error;
      const retryAt = pageAfterSignIn(oauthToken);
      throw new PageRefusal(error.reason, { ...error.detail, retryAt });
    }
  }
}

const redirectUri = (pageRequest: BrowserRequest): string =>
  pageRequest.ownOrigin + pageRequest.basePath + SIGNED_IN_PATH;
