import { Injectable } from '@nestjs/common';
import { SealBroken, SecretBox, type SecretPlace } from '../secrets/secret-box.js';
import { cookie } from './cookies.js';
import type { PageRequest } from './page-request.js';

/** What a cookie is about: it opens for nothing else. */
export interface CookieMatter {
  /** The cookie's plain name. */
  readonly name: string;
  readonly about: string;
}

/** A value and until when it counts, in milliseconds. */
type Sealed<Value> = readonly [expiresAt: number, value: Value];

/**
 * Cookies in which a browser keeps something for this service, for a while: sealed, so that it can
 * neither be read nor made there, and so that nothing has to be stored for strangers.
 */
@Injectable()
export class SealedCookies {
  constructor(private readonly secrets: SecretBox) {}

  /** A Set-Cookie value; `value` is JSON. */
  set(matter: CookieMatter, value: unknown, secure: boolean, ttlSeconds: number): string {
    const sealed: Sealed<unknown> = [Date.now() + ttlSeconds * 1000, value];
    const octets = this.secrets.seal(JSON.stringify(sealed), placeOf(matter));
    return cookie(matter.name, octets.toString('base64url'), secure, ttlSeconds);
  }

  /** What set() sealed for this matter; undefined: nothing, or its time is over. */
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

/** Where the seal holds: a cookie, and no row. */
const placeOf = ({ name, about }: CookieMatter): SecretPlace => ({
  table: 'cookie',
  row: about,
  column: name,
});
