import { normalizeAuthority, splitTarget } from '../protocol/base-string-uri.js';
import { isFormContent } from '../protocol/form-content.js';
import { parseFormEncoded } from '../protocol/form-encoding.js';
import type { PlacedParameters, RefusedRequest } from '../protocol/hints/mistake.js';
import type { Parameter } from '../protocol/parameter.js';
import type { SignedRequest } from './signed-request.js';
import type { VerificationKeys } from './verification-keys.js';

/**
 * Splits the parameters of a request by the place where they were sent.
 *
 * @param parameters all of the request, in the order header, query, body
 */
export function placedParameters(
  request: SignedRequest,
  parameters: readonly Parameter[],
): PlacedParameters {
  const query = parseFormEncoded(splitTarget(request.target).query);
  const body = isFormContent(request.contentType) ? request.body?.toString('latin1') : undefined;
  const form = parseFormEncoded(body ?? '');
  return {
    header: parameters.slice(0, parameters.length - query.length - form.length),
    query,
    form,
  };
}

/**
 * The request with the secrets that should have signed it. The search for client mistakes needs both.
 *
 * @param parameters all of the request, in the order header, query, body
 * @param publicAuthority the authority of PUBLIC_URL
 */
export function refusedRequest(
  request: SignedRequest,
  parameters: readonly Parameter[],
  token: string | undefined,
  { consumerSecret = '', tokenSecret }: VerificationKeys,
  publicAuthority: string | undefined,
): RefusedRequest {
  const { path, query: rawQuery } = splitTarget(request.target);
  const body = request.body?.toString('latin1') ?? '';
  const isForm = isFormContent(request.contentType);
  return {
    method: request.method,
    scheme: request.scheme,
    authority: request.authority,
    otherAuthorities: otherAuthorities(request, publicAuthority),
    path,
    rawQuery,
    formBody: isForm ? body : '',
    otherBody: isForm ? '' : body,
    realm: realmOf(request.authorization ?? ''),
    ...placedParameters(request, parameters),
    hasToken: token !== undefined,
    consumerSecret,
    tokenSecret,
  };
}

/** The realm as written in the header, quoted or not. */
function realmOf(authorization: string): string | undefined {
  const found = /[\s,]realm="([^"]*)"|[\s,]realm=([^\s,"]+)/i.exec(authorization);
  return found?.[1] ?? found?.[2];
}

/** Chains of more proxies are unlikely, and each further name costs three attempts. */
const OTHER_AUTHORITIES_MAX = 4;
/** How many names of X-Forwarded-Host are considered. */
const NAMED_MAX = 16;

/** Other authorities of the request or of this service, without duplicates. */
function otherAuthorities(
  { scheme, authority, otherHosts, source }: SignedRequest,
  publicAuthority: string | undefined,
): string[] {
  const { host, 'x-forwarded-host': forwarded } = source.headers;
  const named = otherHosts ?? [host, forwarded, publicAuthority].flat();
  // Each proxy may have added its own name to X-Forwarded-Host.
  const hosts = named
    .flatMap((list) => list?.split(',', NAMED_MAX) ?? [])
    .map((one) => one.trim())
    .filter((one) => one !== authority && normalizeAuthority(scheme, one) !== undefined);
  return [...new Set(hosts)].slice(0, OTHER_AUTHORITIES_MAX);
}
