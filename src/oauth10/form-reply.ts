import Negotiator from 'negotiator';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { formEncode } from '../protocol/form-encoding.js';

const PLAIN = 'text/plain';
const FORM = 'application/x-www-form-urlencoded';

/** Less than any difference that Accept can state: weights have three decimals (RFC 9110 12.4.2). */
const TIE_BREAK = 0.0005;

/** More ranges than any client sends; what stands behind them is not read. */
const RANGES_MAX = 32;

const labels = new WeakMap<IncomingMessage, { readonly type: string | undefined }>();

/**
 * What the form-encoded body is labelled as, read once for a request: text/plain, unless Accept ranks the other type above
 * it. Undefined when the client takes neither label.
 */
export function acceptableFormType(request: IncomingMessage): string | undefined {
  let label = labels.get(request);
  if (!label) labels.set(request, (label = { type: readAccept(request) }));
  return label.type;
}

function readAccept(request: IncomingMessage): string | undefined {
  // Without Accept, and for the usual */*, there is nothing to weigh.
  const accept = request.headers.accept?.trim();
  if (!accept || accept === '*/*') return PLAIN;
  const headers = { accept: accept.split(',', RANGES_MAX).map(withTieBroken).join(',') };
  return new Negotiator({ headers }).mediaType([PLAIN, FORM]);
}

/**
 * A range of Accept with its weight alone, since ours is of the type whatever the charset; and that
 * of the form type a little lower, so that neither order nor precision decides between equals.
 */
function withTieBroken(range: string): string {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => /^q\s*=/i.test(parameter));
  const quality = weight === undefined ? 1 : Number(weight.split('=')[1]);
  if (Number.isNaN(quality)) return `${type};q=0`;
  const isForm = /^application\//i.test(type);
  return `${type};q=${isForm ? Math.max(0, quality - TIE_BREAK) : quality}`;
}

/** Sends pairs as RFC 5849 section 2.1 wants them, labelled as the client asked. */
export function sendForm(
  response: ServerResponse,
  status: number,
  pairs: Iterable<readonly [string, string]>,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = acceptableFormType(response.req) ?? PLAIN;
  const body = formEncode(pairs);
  response
    .writeHead(status, {
      ...headers,
      'Content-Type': type === PLAIN ? 'text/plain; charset=utf-8' : type,
      'Content-Length': body.length,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body);
}
