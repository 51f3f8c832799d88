import { normalizeAuthority } from './base-string-uri.js';
import { formEncode } from './form-encoding.js';

/** The largest number of characters of a callback. */
export const MAX_CALLBACK_LENGTH = 2048;

/**
 * Why a URI cannot be registered as a callback (RFC 5849 §2.1), as a sentence for the person who registers it;
 * undefined if it can. Refuses every URI that two parsers may read differently.
 */
export function callbackFault(uri: string): string | undefined {
  if (uri.length > MAX_CALLBACK_LENGTH) return `has more than ${MAX_CALLBACK_LENGTH} characters`;
  if (!/^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/.test(uri)) {
    return 'has a character that a URI must not have unencoded';
  }
  if (uri.includes('#')) return 'has a fragment';
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'is not an absolute URI';

  const rest = uri.slice(scheme.length + 1);
  const authority = rest.startsWith('//') ? (/^\/\/([^/?]*)/.exec(rest)?.[1] ?? '') : undefined;
  if (authority?.includes('@') === true) return 'has user information';
  if (scheme === 'http' || scheme === 'https') return webAuthorityFault(uri, scheme, authority);
  if (!scheme.includes('.')) {
    return 'has a scheme other than https, http or a private one in reverse domain order';
  }
  if (rest === '') return 'has nothing behind its scheme';
  return URL.canParse(uri) ? undefined : 'is not a URI that every parser can read';
}

/**
 * Whether a callback is one of the registered ones, compared character by character. Only the port of an http
 * callback to the client's own machine (127.0.0.1, [::1], localhost) may differ, because a native application does
 * not know its port in advance.
 */
export function matchesRegisteredCallback(
  callback: string,
  registered: readonly string[],
): boolean {
  if (registered.includes(callback)) return true;
  const withoutPort = loopbackWithoutPort(callback);
  return (
    withoutPort !== undefined && registered.some((uri) => loopbackWithoutPort(uri) === withoutPort)
  );
}

/**
 * Appends parameters, given as text, to the end of the callback's query (RFC 5849 §2.2). The callback itself stays
 * the same, octet for octet.
 */
export function appendToCallback(
  callback: string,
  pairs: Iterable<readonly [name: string, value: string]>,
): string {
  const appended = formEncode(pairs);
  const queryAt = callback.indexOf('?');
  if (queryAt === -1) return `${callback}?${appended}`;
  const query = callback.slice(queryAt + 1);
  // A `?` at the end may be the last octet of the query, because only the first one begins the query.
  return query === '' || query.endsWith('&') ? callback + appended : `${callback}&${appended}`;
}

function webAuthorityFault(
  uri: string,
  scheme: 'http' | 'https',
  authority: string | undefined,
): string | undefined {
  if (authority === undefined || normalizeAuthority(scheme, authority) === undefined) {
    return 'has no valid host';
  }
  const hostName = authority.replace(/:[0-9]+$/, '').toLowerCase();
  // Browsers read 127.1, 0x7f000001 and ex%61mple.com as other hosts than written.
  if (!URL.canParse(uri) || new URL(uri).hostname !== hostName) {
    return 'has a host that is not written in its usual form';
  }
  return undefined;
}

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::([1-9][0-9]{0,4}))?((?:[/?].*)?)$/;

function loopbackWithoutPort(uri: string): string | undefined {
  const match = LOOPBACK.exec(uri);
  if (match === null || Number(match[2] ?? 80) > 65_535) return undefined;
  return `${match[1]}${match[3]}`;
}
