import { parameterRejected } from './oauth-problem.js';

export type Scheme = 'http' | 'https';

/**
 * The base string URI (RFC 5849 §3.4.1.2) of a request. `authority` is the value of its `Host` header, which is
 * normalized here. `path` is the raw path, which is kept octet for octet, and becomes `/` if it is empty. The query
 * is not part of it. Throws OAuthProblem `parameter_rejected` naming `Host` if the authority is not valid.
 */
export function baseStringUri(request: {
  scheme: Scheme;
  authority: string;
  path: string;
}): string {
  const authority = normalizeAuthority(request.scheme, request.authority);
  if (authority === undefined) {
    throw parameterRejected(['Host'], 'The Host header is a host name, with a port or without.');
  }
  return `${request.scheme}://${authority}${request.path === '' ? '/' : request.path}`;
}

const AUTHORITY =
  /^((?:[a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{2})+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?$/i;
const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/**
 * The last normalized value: nearly all requests of a service have the same host, and each request needs it twice.
 */
let latest: { scheme: Scheme; host: string; authority: string | undefined } | undefined;

/**
 * The value of a `Host` header in lower case, without the default port of the scheme (443 stays on http, 80 on
 * https). Undefined if it is no host: empty, with user info or blanks, or with a port out of range.
 */
export function normalizeAuthority(scheme: Scheme, host: string): string | undefined {
  if (latest?.host === host && latest.scheme === scheme) return latest.authority;
  const authority = normalized(scheme, host);
  latest = { scheme, host, authority };
  return authority;
}

function normalized(scheme: Scheme, host: string): string | undefined {
  const match = AUTHORITY.exec(host);
  if (match === null) return undefined;
  const [, name = '', portDigits] = match;
  const hostName = name.toLowerCase();
  if (portDigits === undefined) return hostName;
  const port = Number(portDigits);
  if (port === 0 || port > 65_535) return undefined;
  return port === DEFAULT_PORTS[scheme] ? hostName : `${hostName}:${port}`;
}

/**
 * Splits a raw request target at its first `?`. Neither half is decoded or normalized. A `#`, which no client
 * sends, is not cut off, because everything that an upstream may act on has to be signed.
 *
 * Throws OAuthProblem `parameter_rejected` if the target is not in origin-form (RFC 9112 §3.2.1): in an absolute
 * target, the host could differ from `Host`.
 */
export function splitTarget(rawTarget: string): { path: string; query: string } {
  if (rawTarget !== '' && rawTarget[0] !== '/' && rawTarget[0] !== '?') {
    const advice = 'Send the path and query alone as the request target.';
    throw parameterRejected(['request-target'], advice);
  }
  const questionMark = rawTarget.indexOf('?');
  if (questionMark === -1) return { path: rawTarget, query: '' };
  return { path: rawTarget.slice(0, questionMark), query: rawTarget.slice(questionMark + 1) };
}
