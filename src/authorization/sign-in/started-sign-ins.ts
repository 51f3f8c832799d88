import { Injectable } from '@nestjs/common';
import { forgottenCookie } from '../cookies.js';
import { idHash } from '../id-hash.js';
import { SealedCookies, type CookieMatter } from '../sealed-cookies.js';
import type { BrowserRequest } from '../browser-request.js';

/** How long a person may take to sign in. */
const TTL_SECONDS = 900;
/** About 6 KB of cookies; servers in front take 8 KB. The oldest makes room for the newest. */
const AT_ONCE = 20;
const PREFIX = 'oauth10-sign-in-';

/** A sign-in that has begun on a browser. */
export interface StartedSignIn<Detail> {
  /** The authorization request to come back to; null: "Your connections". */
  readonly oauthToken: string | null;
  /** What the way of signing in has to remember meanwhile; JSON. */
  readonly detail: Detail;
}

/**
 * Remembers what a browser came for while somebody signs in on it, in a cookie of its own for each
 * sign-in: tabs go on in any order, and strangers leave nothing in the database. Since the cookie is
 * the browser's, a stranger's link can't sign this browser in as the stranger.
 */
@Injectable()
export class StartedSignIns {
  constructor(private readonly cookies: SealedCookies) {}

  /**
   * @param state unguessable; travels to where people sign in, and back
   * @returns Set-Cookie values
   */
  remember<Detail>(visit: BrowserRequest, state: string, signIn: StartedSignIn<Detail>): string[] {
    const begun = [...visit.cookies.keys()].filter((name) => name.startsWith(PREFIX));
    const tooMany = begun.slice(0, Math.max(0, begun.length + 1 - AT_ONCE));
    return [
      this.cookies.set(matterOf(state), signIn, visit.secure, TTL_SECONDS),
      ...tooMany.map((name) => forgottenCookie(name, visit.secure)),
    ];
  }

  /** What this browser began under the state; undefined when there is nothing, or it is too old. */
  find<Detail>(visit: BrowserRequest, state: string): StartedSignIn<Detail> | undefined {
    return this.cookies.read(visit, matterOf(state));
  }

  /** A Set-Cookie value that ends the sign-in. */
  forget(visit: BrowserRequest, state: string): string {
    return forgottenCookie(matterOf(state).name, visit.secure);
  }
}

const matterOf = (state: string): CookieMatter => ({
  name: PREFIX + idHash(state).subarray(0, 9).toString('base64url'),
  about: state,
});
