import { parseCookie, stringifySetCookie } from 'cookie';
import type { IncomingMessage } from 'node:http';

/**
 * The name of a cookie. The prefix `__Host-` prevents other hosts of the same domain from setting the cookie. It
 * needs Secure, and Secure needs https. Only development serves http; there the cookie has its plain name
 * (docs/adr/0013).
 */
const nameOf = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name);

const attributes = (secure: boolean) =>
  ({ httpOnly: true, sameSite: 'lax', secure, path: '/' }) as const;

/** This service's values need no decoding. A failed decoding of a foreign cookie would cost an error. */
const AS_SENT = { decode: (value: string) => value };

/** The prefix of all cookies of this service. Clients can invent more names with it. */
const BEGINNING = 'oauth10';
const OURS = new RegExp(`^${BEGINNING}[\\w-]*[ \\t]*=`);

/** The request's cookies with names that this service uses, by their plain names, in the order sent. */
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

/** Removes foreign cookies from the header, because parsing thousands of them would take milliseconds. */
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

/** Whether only blanks are between this position and the `;` before it, or the start of the header. */
function beginsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (header[before] === ' ' || header[before] === '\t') before -= 1;
  return before < 0 || header[before] === ';';
}

/**
 * A Set-Cookie value.
 *
 * @param maxAgeSeconds how long the browser keeps the cookie; undefined: until the browser closes
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

/** A Set-Cookie value that deletes the cookie. */
export const forgottenCookie = (name: string, secure: boolean): string =>
  cookie(name, '', secure, 0);
