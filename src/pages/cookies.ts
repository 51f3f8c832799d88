import { parseCookie, stringifySetCookie } from 'cookie';
import type { IncomingMessage } from 'node:http';

/**
 * The cookies of these pages. `__Host-` keeps other hosts of the same domain from planting one, but
 * it needs Secure, and Secure needs https; over http, which only development serves, a cookie has a
 * plain name (docs/adr/0013).
 */
const nameOf = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name);

const attributes = (secure: boolean) =>
  ({ httpOnly: true, sameSite: 'lax', secure, path: '/' }) as const;

/** This service's values need no decoding, and others' would cost an error each where it fails. */
const AS_SENT = { decode: (value: string) => value };

/** What each cookie of this service is named; others of that beginning a stranger has made up. */
const OURS = /^oauth10[\w-]*$/;

/** The cookies that the browser sent and this service can have set, by their plain names, in order. */
export function cookiesIn(request: IncomingMessage, secure: boolean): ReadonlyMap<string, string> {
  const prefix = nameOf('', secure);
  // Left out before they are parsed: thousands of others' names would cost milliseconds.
  const ours = (request.headers.cookie ?? '').split(';').filter((pair) => isOurs(pair, prefix));
  return new Map(
    Object.entries(parseCookie(ours.join(';'), AS_SENT)).map(([name, value = '']) => [
      name.slice(prefix.length),
      value,
    ]),
  );
}

/** @param pair `name=value`, with blanks around it or without */
function isOurs(pair: string, prefix: string): boolean {
  const [name = ''] = pair.trimStart().split('=', 1);
  return name.startsWith(prefix) && OURS.test(name.slice(prefix.length).trimEnd());
}

/**
 * A Set-Cookie value.
 *
 * @param maxAgeSeconds how long the browser keeps it; undefined: as long as it runs
 */
export const cookie = (
  name: string,
  value: string,
  secure: boolean,
  maxAgeSeconds?: number,
): string =>
  stringifySetCookie({
    name: nameOf(name, secure),
    value,
    ...attributes(secure),
    ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
  });

/** A Set-Cookie value that makes the browser forget. */
export const forgottenCookie = (name: string, secure: boolean): string =>
  cookie(name, '', secure, 0);
