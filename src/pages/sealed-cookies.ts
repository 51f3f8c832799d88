import { Injectable } from '@nestjs/common';
import { SealBroken, SecretBox, type SecretPlace } from '../secrets/secret-box.js';
import { cookie } from './cookies.js';
import type { PageRequest } from './page-request.js';

/** The place of a cookie. The seal opens only in the same place. */
export interface CookieMatter {
  /** The cookie's plain name. */
  readonly name: string;
  readonly about: string;
}

/** A value and its expiry, in milliseconds since 1970. */
type Sealed<Value> = readonly [expiresAt: number, value: Value];

/**
 * Cookies that store a value of this service in the browser for a limited time. They are sealed (encrypted and
 * authenticated), so that the browser can neither read nor make them. The service stores nothing for unauthenticated
 * clients.
 */
@Injectable()
export class SealedCookies {
  constructor(private readonly secrets: SecretBox) {}

  /** A Set-Cookie value. `value` must be JSON. */
  set(matter: CookieMatter, value: unknown, secure: boolean, ttlSeconds: number): string {
    const sealed: Sealed<unknown> = [Date.now() + ttlSeconds * 1000, value];
    const octets = this.secrets.seal(JSON.stringify(sealed), placeOf(matter));
    return cookie(matter.name, octets.toString('base64url'), secure, ttlSeconds);
  }

  /** The value that set() sealed for this place; undefined if there is none, or it has expired. */
  read<Value>({ cookies }: PageRequest, matter: CookieMatter): Value | undefined {
    const sealed = cookies.get(matter.name);
    if (sealed === undefined) return undefined;
    try {
      const opened = this.secrets.open(Buffer.from(sealed, 'base64url'), placeOf(matter));
      const [expiresAt, value] = JSON.parse(opened) as Sealed<Value>;
      return expiresAt > Date.now() ? value : undefined;
    } catch (error) {
      if (error instanceof SealBroken) return undefined;
      throw error;
    }
  }
}

/** The place in which the seal opens: a cookie, not a row. */
const placeOf = ({ name, about }: CookieMatter): SecretPlace => ({
  table: 'cookie',
  row: about,
  column: name,
});
