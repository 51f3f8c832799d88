import { Injectable } from '@nestjs/common';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import type { Caller } from '../../callers/caller.js';
import { callerOfClaims } from '../../callers/staff-tokens.js';
import { Settings } from '../../config/settings.js';
import { answerTo, OidcIssuer, type OidcChecks } from '../../pages/oidc-issuer.js';
import { PageRefusal } from '../../pages/page-refusal.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import { SealedCookies } from '../../pages/sealed-cookies.js';
import { SignInCookies } from '../../pages/sign-in-cookies.js';
import { formEncode } from '../../protocol/form-encoding.js';
import type { ConsoleRequest } from '../staff-request.js';

/** The redirect URI for the issuer (contract section 14). */
const SIGNED_IN_PATH = '/console/signed-in';
/** Longer targets become the first page. */
const MAX_TARGET = 1_000;

/** A sign-in that a browser started. */
interface StartedStaffSignIn {
  /** The address to redirect to afterwards. */
  readonly to: string;
  /** The values that the issuer's response must match; null for a sign-in with an API key. */
  readonly checks: Omit<OidcChecks, 'state'> | null;
}

const FIRST_PAGE = '/console/';

/** The target if a sign-in may redirect to it, else the first page. Never an address outside the console. */
export function wayOn(target: string | undefined): string {
  if (target === undefined || target.length > MAX_TARGET) return FIRST_PAGE;
  if (!/^\/console(?:\/[\x21-\x5b\x5d-\x7e]*)?$/.test(target)) return FIRST_PAGE;
  // Parses it as the browser does, with dot segments resolved.
  const { pathname } = new URL(target, 'http://console.invalid');
  if (!/^\/console(?:\/|$)/.test(pathname)) return FIRST_PAGE;
  return /^\/console\/(?:sign-in|sign-out|signed-in)(?:\/|$)/.test(pathname) ? FIRST_PAGE : target;
}

/** Signs staff in at the platform's issuer if one is set, else with an API key. */
@Injectable()
export class StaffSignIn {
  private readonly issuer: OidcIssuer | undefined;
  private readonly started: SignInCookies<StartedStaffSignIn>;

  constructor(
    private readonly settings: Settings,
    cookies: SealedCookies,
  ) {
    const { staffOidc } = settings;
    this.issuer = staffOidc && new OidcIssuer(staffOidc);
    this.started = new SignInCookies(cookies, 'oauth10-console-sign-in-');
  }

  /** Whether staff sign in at an issuer and not with an API key. */
  get isByIssuer(): boolean {
    return this.issuer !== undefined;
  }

  /**
   * Redirects the browser to the sign-in.
   *
   * @param target the requested address, to redirect to afterwards
   * @throws PageRefusal sign-in-unavailable
   */
  async begin(pageRequest: ConsoleRequest, target: string): Promise<Reply> {
    const to = wayOn(target);
    if (!this.issuer) return redirectTo(`/console/sign-in?${formEncode([['to', to]])}`);
    const checks = { nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const state = randomState();
    const location = await this.issuer.authorizationUrl(redirectUri(pageRequest), {
      state,
      ...checks,
    });
    return redirectTo(location, this.started.remember(pageRequest, state, { to, checks }));
  }

  /** The state for the API key form, and its Set-Cookie values (against login CSRF). */
  beginForm(pageRequest: ConsoleRequest, to: string): { state: string; cookies: string[] } {
    const state = randomState();
    return { state, cookies: this.started.remember(pageRequest, state, { to, checks: null }) };
  }

  /**
   * The redirect target of the API key form, and the Set-Cookie values that delete its cookie.
   *
   * @throws PageRefusal no-cookie, forged: the form was made for another browser, or not made here
   */
  finishForm(pageRequest: ConsoleRequest): { to: string; cookies: string[] } {
    const state = pageRequest.form.one('form_token') ?? '';
    const begun = this.started.find(pageRequest, state);
    if (!begun) {
      const retryAt = '/console/sign-in';
      throw new PageRefusal(pageRequest.cookies.size > 0 ? 'forged' : 'no-cookie', { retryAt });
    }
    return { to: wayOn(begun.to), cookies: [this.started.forget(pageRequest, state)] };
  }

  /**
   * Accepts the issuer's response, only in the browser that started the sign-in.
   *
   * @throws PageRefusal, with an address to try again if it is known
   */
  async finish(
    pageRequest: ConsoleRequest,
  ): Promise<{ caller: Caller; to: string; cookies: string[] }> {
    const { issuer, settings } = this;
    if (!issuer || !settings.staffOidc) throw new PageRefusal('not-found');
    const state = pageRequest.query.one('state') ?? '';
    const begun = this.started.find(pageRequest, state);
    if (!begun?.checks) {
      throw new PageRefusal(pageRequest.cookies.size > 0 ? 'sign-in-unknown' : 'no-cookie', {
        retryAt: '/console/',
      });
    }
    const to = wayOn(begun.to);
    try {
      const answer = answerTo(redirectUri(pageRequest), pageRequest);
      const claims = await issuer.claimsOf(answer, { state, ...begun.checks });
      const caller = callerOfClaims(claims, settings.staffOidc.issuer, settings.adminJwtRolesClaim);
      if (!caller) throw new PageRefusal('sign-in-failed');
      return { caller, to, cookies: [this.started.forget(pageRequest, state)] };
    } catch (error) {
      if (!(error instanceof PageRefusal)) throw error;
      throw new PageRefusal(error.reason, { ...error.detail, retryAt: to });
    }
  }
}

const redirectUri = (pageRequest: ConsoleRequest): string => pageRequest.ownOrigin + SIGNED_IN_PATH;
