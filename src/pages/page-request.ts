import type { IncomingMessage } from 'node:http';
import type { AddressRanges } from '../http/address-ranges.js';
import { clientFacts, type ClientFacts } from '../http/client-facts.js';
import { readBody } from '../http/request-body.js';
import { singleHeader } from '../http/single-header.js';
import { normalizeAuthority, splitTarget, type Scheme } from '../protocol/base-string-uri.js';
import { contentKind } from '../protocol/form-content.js';
import { cookiesIn } from './cookies.js';
import { FormFields } from './form-fields.js';

/** A parsed request of a browser. No code after this reads the raw request. */
export interface PageRequest {
  readonly method: string;
  readonly query: FormFields;
  /** Empty if no form was posted. */
  readonly form: FormFields;
  /** This service's cookies by their plain names, in the order sent: the oldest first. */
  readonly cookies: ReadonlyMap<string, string>;
  /** The origin of this service in the browser: `https://host:port`. */
  readonly ownOrigin: string;
  /** The path prefix that a proxy removes; empty, or with a leading `/`. */
  readonly basePath: string;
  /** Whether cookies are Secure. */
  readonly secure: boolean;
  readonly clientAddress: string | undefined;
  /** The `X-Request-Id` of the response. */
  readonly requestId: string;
  /** The source of the request, as the browser reports it. */
  readonly from: { readonly origin: string | undefined; readonly site: string | undefined };
}

/** The external address of a listener's pages, and the trusted proxies. */
export interface PagesPlace {
  /** The listener's address in the browser, if it is configured. Otherwise each request supplies it. */
  readonly publicUrl?:
    { readonly scheme: Scheme; readonly authority: string; readonly path: string } | undefined;
  readonly trustedProxies: AddressRanges;
  readonly production: boolean;
}

/**
 * Reads the request. Also reads the body, unless the handler reads it itself.
 *
 * @param requestId the `X-Request-Id` of the response
 * @throws HttpRefusal 413 or 415 for the body; RepeatedHeader
 */
export async function readPageRequest(
  request: IncomingMessage,
  requestId: string,
  place: PagesPlace,
  { isStreamed = false }: { readonly isStreamed?: boolean } = {},
): Promise<PageRequest> {
  const facts = clientFacts(request, place.trustedProxies);
  const seen = place.publicUrl ?? seenBy(facts);
  // In production all cookies are Secure, even if the request seems to use http.
  const secure = seen.scheme === 'https' || place.production;
  return {
    method: request.method ?? '',
    query: new FormFields(splitTarget(request.url ?? '').query),
    form: new FormFields(isStreamed ? '' : await postedForm(request)),
    cookies: cookiesIn(request, secure),
    ownOrigin: `${seen.scheme}://${seen.authority}`,
    basePath: seen.path,
    secure,
    clientAddress: facts.clientAddress,
    requestId,
    from: {
      origin: singleHeader(request, 'origin'),
      site: singleHeader(request, 'sec-fetch-site'),
    },
  };
}

const seenBy = ({ scheme, host }: ClientFacts) => ({
  scheme,
  authority: normalizeAuthority(scheme, host ?? '') ?? '',
  path: '',
});

async function postedForm(request: IncomingMessage): Promise<string> {
  if (request.method !== 'POST') return '';
  const body = await readBody(request);
  return contentKind(singleHeader(request, 'content-type')) === 'form'
    ? body.toString('latin1')
    : '';
}
