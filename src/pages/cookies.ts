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
const BEGINNING = 'oauth10';
const OURS = new RegExp(`^${BEGINNING}[\\w-]*[ \\t]*=`);

/** The cookies that the browser sent and this service can have set, by their plain names, in order. */
export function cookiesIn(request: IncomingMessage, secure: boolean): ReadonlyMap<string, string> {
  const prefix = nameOf('', secure);
  const ours = oursIn(request.headers.cookie ?? '', prefix);
  return new Map(
    Object.entries(parseCookie(ours, AS_SENT)).map(([name, value = '']) => [
      name.slice(prefix.length),
      value,
    ]),
  );
}

/** What is left of the header without the cookies of others. To parse thousands of those would cost milliseconds. */
function oursIn(header: string, prefix: string): string {
  const beginning = prefix + BEGINNING;
  const ours: string[] = [];
  for (let at = header.indexOf(beginning); at >= 0; at = header.indexOf(beginning, at)) {
    const end = header.indexOf(';', at);
    const pair = end < 0 ? header.slice(at) : header.slice(at, end);
    if (beginsPair(header, at) && OURS.test(pair.slice(prefix.length))) ours.push(pair);
    at += pair.length;
  }
  return ours.join(';');
}

/** Whether nothing but blanks parts this place from the `;` before it. */
function beginsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (header[before] === ' ' || header[before] === '\t') before -= 1;
  return before < 0 || header[before] === ';';
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
