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

/** Where the issuer sends the browser back to (contract section 14). */
const SIGNED_IN_PATH = '/console/signed-in';
/** Longer addresses are led to the first page. */
const MAX_TARGET = 1_000;

/** What a browser began. */
interface StartedStaffSignIn {
  /** The address to come back to. */
  readonly to: string;
  /** What the issuer's answer is held to; null where a key is pasted. */
  readonly checks: Omit<OidcChecks, 'state'> | null;
}

const FIRST_PAGE = '/console/';

/** An address of the console that a sign-in may lead on to: never one elsewhere. */
export function wayOn(target: string | undefined): string {
  if (target === undefined || target.length > MAX_TARGET) return FIRST_PAGE;
  if (!/^\/console(?:\/[\x21-\x5b\x5d-\x7e]*)?$/.test(target)) return FIRST_PAGE;
  // As the browser will read it, dot segments resolved.
  const { pathname } = new URL(target, 'http://console.invalid');
  if (!/^\/console(?:\/|$)/.test(pathname)) return FIRST_PAGE;
  return /^\/console\/(?:sign-in|sign-out|signed-in)(?:\/|$)/.test(pathname) ? FIRST_PAGE : target;
}

/** How staff sign in: at the platform's issuer where one is set, else with an API key. */
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

  /** Whether an issuer says who is of staff, and no key does. */
  get isByIssuer(): boolean {
    return this.issuer !== undefined;
  }

  /**
   * Sends the browser to sign in.
   *
   * @param target the address that it asked for, and comes back to
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

  /** What the form for a key carries, and the Set-Cookie values that go with it (login CSRF). */
  beginForm(pageRequest: ConsoleRequest, to: string): { state: string; cookies: string[] } {
    const state = randomState();
    return { state, cookies: this.started.remember(pageRequest, state, { to, checks: null }) };
  }

  /**
   * Where the form for a key leads on to, and the Set-Cookie values that end it.
   *
   * @throws PageRefusal no-cookie, forged: the form was shown to another browser, or nowhere
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
   * Takes the issuer's answer, only in the browser that began the sign-in.
   *
   * @throws PageRefusal, with the way to try again where that is known
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
