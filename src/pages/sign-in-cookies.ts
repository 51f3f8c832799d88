import { forgottenCookie } from './cookies.js';
import { idHash } from './id-hash.js';
import { SealedCookies, type CookieMatter } from './sealed-cookies.js';
import type { PageRequest } from './page-request.js';

/** How long a person may take to sign in. */
const TTL_SECONDS = 900;
/** Servers in front take 8 KB of cookies. The oldest make room for the newest. */
const AT_ONCE = 20;
const OCTETS_MAX = 7_000;

/**
 * Remembers what a browser came for while somebody signs in on it, in a cookie of its own for each
 * sign-in: tabs go on in any order, and strangers leave nothing in the database. Since the cookie is
 * the browser's, a stranger's link can't sign this browser in as the stranger.
 */
export class SignInCookies<Begun> {
  /** @param prefix of the cookies' names: what began at other pages is nothing to these */
  constructor(
    private readonly cookies: SealedCookies,
    private readonly prefix: string,
  ) {}

  /**
   * @param state unguessable; travels to where people sign in, and back
   * @param signIn JSON
   * @returns Set-Cookie values
   */
  remember(pageRequest: PageRequest, state: string, signIn: Begun): string[] {
    const fresh = this.cookies.set(this.matterOf(state), signIn, pageRequest.secure, TTL_SECONDS);
    const newestFirst = [...pageRequest.cookies]
      .filter(([name]) => name.startsWith(this.prefix))
      .reverse();
    let octets = fresh.length;
    const tooMany = newestFirst.filter(([name, value], older) => {
      octets += name.length + value.length + 3; // `name=value; `
      return older + 2 > AT_ONCE || octets > OCTETS_MAX;
    });
    return [fresh, ...tooMany.map(([name]) => forgottenCookie(name, pageRequest.secure))];
  }

  /** What this browser began under the state; undefined when there is nothing, or it is too old. */
  find(pageRequest: PageRequest, state: string): Begun | undefined {
    return this.cookies.read(pageRequest, this.matterOf(state));
  }

  /** A Set-Cookie value that ends the sign-in. */
  forget(pageRequest: PageRequest, state: string): string {
    return forgottenCookie(this.matterOf(state).name, pageRequest.secure);
  }

  private matterOf(state: string): CookieMatter {
    const name = this.prefix + idHash(state).subarray(0, 9).toString('base64url');
    return { name, about: state };
  }
}
