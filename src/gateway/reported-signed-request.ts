import type { IncomingMessage } from 'node:http';
import { addressInEntry } from '../http/ip-address.js';
import { MAX_BODY_OCTETS, oversizedBody } from '../http/request-body.js';
import { InvalidInput } from '../input/input-fault.js';
import { withoutBlanks } from '../input/without-blanks.js';
import type { SignedRequest } from '../oauth10/signed-request.js';
import type { ReportedRequest } from './reported-request.js';
import { splitUrl } from './reported-url.js';

/** The reported headers, with names in lower case. */
export const headersOf = ({ headers }: ReportedRequest): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), withoutBlanks(value)]),
  );

/**
 * The reported request, ready for verification.
 *
 * @param source the request that contained the report; it carries the notes for the log
 * @throws InvalidInput; HttpRefusal 413
 */
export function signedRequest(
  { method, url, body, bodyBase64, clientAddress }: ReportedRequest,
  headers: ReadonlyMap<string, string>,
  source: IncomingMessage,
): SignedRequest {
  const place = splitUrl(url);
  if (!place) throw new InvalidInput([{ pointer: '/url', detail: 'must be an absolute URL' }]);
  const text = body ?? undefined;
  const base64 = bodyBase64 ?? undefined;
  if (text !== undefined && base64 !== undefined) {
    throw new InvalidInput([{ pointer: '/bodyBase64', detail: 'must not stand beside body' }]);
  }
  return {
    method,
    ...place,
    authorization: headers.get('authorization'),
    contentType: headers.get('content-type'),
    body: octets(text, base64, headers.get('content-length')),
    clientAddress: addressInEntry(clientAddress ?? ''),
    otherHosts: [headers.get('host'), headers.get('x-forwarded-host')],
    source,
  };
}

/**
 * The body; undefined if the gateway did not forward it. An empty body counts as forwarded, unless `Content-Length`
 * is more than 0. A missing body with `Content-Length: 0` counts as forwarded and empty.
 *
 * @throws HttpRefusal 413 for a body larger than signed endpoints accept
 */
function octets(
  text: string | undefined,
  base64: string | undefined,
  contentLength: string | undefined,
): Buffer | undefined {
  const reported =
    base64 === undefined ? Buffer.from(text ?? '', 'utf8') : Buffer.from(base64, 'base64');
  if (reported.length > MAX_BODY_OCTETS) throw oversizedBody();
  if (reported.length > 0) return reported;
  const isReported = text !== undefined || base64 !== undefined;
  return contentLength === '0' || (isReported && contentLength === undefined)
    ? reported
    : undefined;
}
