import { parseCookie, stringifySetCookie } from 'cookie';
import type { IncomingMessage } from 'node:http';

/**
 * The one cookie of these pages: it tells browsers apart and, once someone has signed in, names the
 * session. `__Host-` keeps other hosts of the same domain from planting one, but it needs Secure,
 * and Secure needs https; over http, which only development serves, the cookie has a plain name
 * (docs/adr/0013).
 */
const name = (secure: boolean): string => (secure ? '__Host-oauth10' : 'oauth10');

/** The browser's id, if it brought one that this service can have made. */
export function browserIdIn(request: IncomingMessage, secure: boolean): string | undefined {
  const value = parseCookie(request.headers.cookie ?? '')[name(secure)];
  return value !== undefined && /^[\w-]{32}$/.test(value) ? value : undefined;
}

/** A Set-Cookie value that lasts as long as the browser runs. */
export const browserCookie = (id: string, secure: boolean): string =>
  stringifySetCookie({
    name: name(secure),
    value: id,
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path: '/',
  });

/** A Set-Cookie value that makes the browser forget. */
export const forgottenCookie = (secure: boolean): string =>
  stringifySetCookie({
    name: name(secure),
    value: '',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path: '/',
    maxAge: 0,
  });
