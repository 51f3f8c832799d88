import type { IncomingMessage } from 'node:http';
import type { AddressRanges } from '../http/address-ranges.js';
import { clientFacts, type ClientFacts } from '../http/client-facts.js';
import { readBody } from '../http/request-body.js';
import { singleHeader } from '../http/single-header.js';
import { normalizeAuthority, splitTarget, type Scheme } from '../protocol/base-string-uri.js';
import { contentKind } from '../protocol/form-content.js';
import { cookiesIn } from './cookies.js';
import { FormFields } from './form-fields.js';

/** What a browser brought, parsed once; nobody downstream touches the raw request. */
export interface PageRequest {
  readonly method: string;
  readonly query: FormFields;
  /** Empty unless a form was posted. */
  readonly form: FormFields;
  /** This service's cookies by their plain names, in the order sent: the oldest first. */
  readonly cookies: ReadonlyMap<string, string>;
  /** This service as the browser sees it: `https://host:port`. */
  readonly ownOrigin: string;
  /** What a proxy takes off the paths of this service; empty, or with a leading `/`. */
  readonly basePath: string;
  /** Whether cookies can be Secure. */
  readonly secure: boolean;
  readonly clientAddress: string | undefined;
  /** The `X-Request-Id` of the answer. */
  readonly requestId: string;
  /** What the browser says of where the request came from. */
  readonly from: { readonly origin: string | undefined; readonly site: string | undefined };
}

/** The external address of a listener's pages, and the trusted proxies. */
export interface PagesPlace {
  /** As browsers see the listener, where that is known; else each request says so. */
  readonly publicUrl?:
    { readonly scheme: Scheme; readonly authority: string; readonly path: string } | undefined;
  readonly trustedProxies: AddressRanges;
  readonly production: boolean;
}

/**
 * Reads the request, body included unless its handler reads that itself.
 *
 * @param requestId of its answer
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
  // In production even a request that looks like http gets no cookie that http could carry.
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
