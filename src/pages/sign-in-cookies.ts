import { forgottenCookie } from './cookies.js';
import { idHash } from './id-hash.js';
import { SealedCookies, type CookieMatter } from './sealed-cookies.js';
import type { PageRequest } from './page-request.js';

/** The time in which a person must sign in. */
const TTL_SECONDS = 900;
/** Servers in front accept 8 KB of cookies. New cookies replace the oldest. */
const AT_ONCE = 20;
const OCTETS_MAX = 7_000;

/**
 * Stores what a browser requested while its user signs in, in a separate cookie for each sign-in. Tabs can finish in
 * any order, and unauthenticated clients leave nothing in the database. Only the browser that started the sign-in has
 * the cookie, so an attacker's link cannot sign this browser in as the attacker.
 */
export class SignInCookies<Begun> {
  /** @param prefix of the cookies' names; sign-ins with other prefixes are ignored */
  constructor(
    private readonly cookies: SealedCookies,
    private readonly prefix: string,
  ) {}

  /**
   * @param state an unguessable value that the sign-in returns
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

  /** The sign-in that this browser started with the state; undefined if there is none, or it has expired. */
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
