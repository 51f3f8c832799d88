import { Injectable } from '@nestjs/common';
import { SealedCookies } from '../../pages/sealed-cookies.js';
import { SignInCookies } from '../../pages/sign-in-cookies.js';
import type { OidcChecks } from '../../pages/oidc-issuer.js';

/** A sign-in that an owner's browser started. */
export interface StartedSignIn {
  /** The authorization request to redirect to afterwards; null: "Your connections". */
  readonly oauthToken: string | null;
  /** The values that the issuer's response must match; null without an issuer. */
  readonly detail: Omit<OidcChecks, 'state'> | null;
}

/** The sign-ins that browsers started on the resource owner's pages. */
@Injectable()
export class StartedSignIns extends SignInCookies<StartedSignIn> {
  constructor(cookies: SealedCookies) {
    super(cookies, 'oauth10-sign-in-');
  }
}
