import type { IncomingMessage } from 'node:http';
import { forwardedAddress, forwardedHost } from '../http/client-facts.js';
import { readOctets } from '../http/request-body.js';
import { lastForwardedValue, singleHeader } from '../http/single-header.js';
import type { SignedRequest } from '../oauth10/signed-request.js';
import { normalizeAuthority, type Scheme } from '../protocol/base-string-uri.js';
import { parameterRejected } from '../protocol/oauth-problem.js';
import { bodyMissing } from './gateway-verdicts.js';
import { isMethod, isOriginForm, splitUrl } from './reported-url.js';

/** The method and URL of the client's request, as the gateway reports them. */
export type ReportedPlace = Pick<SignedRequest, 'method' | 'scheme' | 'authority' | 'target'>;

/** WebSockets begin as HTTP; Traefik reports their own schemes. */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  http: 'http',
  https: 'https',
  ws: 'http',
  wss: 'https',
};

/**
 * Adds to the place what gateways forward of the client's request: headers, body, address. An empty body means that
 * the body was not forwarded, unless `Content-Length: 0` says that there is none.
 */
export async function authzRequest(
  request: IncomingMessage,
  place: ReportedPlace,
): Promise<SignedRequest> {
  if (request.headers['x-envoy-auth-partial-body']?.toString().toLowerCase() === 'true') {
    throw bodyMissing('forward the whole body; this is a part of it.');
  }
  const body = await readOctets(request);
  const saysEmpty = singleHeader(request, 'content-length')?.trim() === '0';
  return {
    ...place,
    authorization: singleHeader(request, 'authorization'),
    contentType: singleHeader(request, 'content-type'),
    body: body.length === 0 && !saysEmpty ? undefined : body,
    clientAddress: forwardedAddress(request),
    source: request,
  };
}

/** nginx's auth_request: X-Original-Method, and X-Original-URI or the absolute X-Original-URL. */
export function nginxPlace(request: IncomingMessage): ReportedPlace {
  const method = singleHeader(request, 'x-original-method');
  const uri = singleHeader(request, 'x-original-uri');
  const url = singleHeader(request, 'x-original-url');
  if (uri !== undefined && url !== undefined) {
    throw rejected('X-Original-URL', 'Send X-Original-URI or X-Original-URL, not both.');
  }
  if (url === undefined) return placeOf(request, method, uri, forwardedHost(request));
  const place = splitUrl(url);
  if (!place) throw rejected('X-Original-URL', 'X-Original-URL is an absolute http(s) URL.');
  return { method: checkedMethod(method), ...place };
}

/** Traefik, Caddy, APISIX: X-Forwarded-Method, -Proto, -Host and -Uri. */
export function forwardAuthPlace(request: IncomingMessage): ReportedPlace {
  const method = singleHeader(request, 'x-forwarded-method');
  const uri = singleHeader(request, 'x-forwarded-uri');
  return placeOf(request, method, uri, forwardedHost(request));
}

/** Envoy's HTTP ext_authz: the request itself, with a prefix before its target. */
export function extAuthzPlace(request: IncomingMessage, target: string): ReportedPlace {
  return placeOf(request, request.method, target, undefined);
}

function placeOf(
  request: IncomingMessage,
  method: string | undefined,
  target: string | undefined,
  forwarded: string | undefined,
): ReportedPlace {
  if (target === undefined || !isOriginForm(target)) {
    throw rejected('request-target', 'The gateway reports path and query, raw.');
  }
  const scheme =
    SCHEMES[(lastForwardedValue(request, 'x-forwarded-proto') ?? 'http').toLowerCase()];
  if (!scheme) throw rejected('X-Forwarded-Proto', 'X-Forwarded-Proto is http or https.');
  const authority = normalizeAuthority(scheme, forwarded ?? singleHeader(request, 'host') ?? '');
  if (authority === undefined) throw rejected('Host', 'The gateway reports the Host of the API.');
  return { method: checkedMethod(method), scheme, authority, target };
}

function checkedMethod(method: string | undefined): string {
  if (method !== undefined && isMethod(method)) return method;
  throw rejected('method', "The gateway reports the method of its client's request.");
}

const rejected = (name: string, advice: string) => parameterRejected([name], advice);
