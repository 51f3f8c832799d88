import { Injectable } from '@nestjs/common';
import { SealedCookies } from '../../pages/sealed-cookies.js';
import { SignInCookies } from '../../pages/sign-in-cookies.js';
import type { OidcChecks } from '../../pages/oidc-issuer.js';

/** A sign-in that has begun on an owner's browser. */
export interface StartedSignIn {
  /** The authorization request to come back to; null: "Your connections". */
  readonly oauthToken: string | null;
  /** What the issuer's answer is held to; null where there is no issuer. */
  readonly detail: Omit<OidcChecks, 'state'> | null;
}

/** The sign-ins that have begun on the resource owner's pages. */
@Injectable()
export class StartedSignIns extends SignInCookies<StartedSignIn> {
  constructor(cookies: SealedCookies) {
    super(cookies, 'oauth10-sign-in-');
  }
}
