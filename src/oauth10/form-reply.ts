import Negotiator from 'negotiator';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FORM_TYPE, PLAIN_TYPE, type ReplyType } from '../config/reply-type.js';
import { acceptRanges } from '../http/accept-ranges.js';
import { formEncode } from '../protocol/form-encoding.js';
import { RequestProperty } from '../http/request-property.js';

/** Less than any difference that Accept can state: weights have three decimals (RFC 9110 12.4.2). */
const TIE_BREAK = 0.0005;

const labels = new RequestProperty<IncomingMessage, { readonly type: ReplyType | undefined }>(
  'labels',
);

/**
 * What the form-encoded body is labelled as, read once for a request: `usual` (REPLY_TYPE), unless Accept ranks the other
 * type above it. Undefined when the client takes neither label.
 */
export function acceptableFormType(
  request: IncomingMessage,
  usual: ReplyType,
): ReplyType | undefined {
  let label = labels.get(request);
  if (!label) labels.set(request, (label = { type: readAccept(request, usual) }));
  return label.type;
}

/**
 * Labels the form-encoded reply as a form, for a client that knows no text/plain; unless Accept names that
 * itself, or rules the form out.
 *
 * @returns whether it does
 */
export function labelAsForm(request: IncomingMessage): boolean {
  const ranges = acceptRanges(request.headers) ?? [];
  const types = ranges.map((range) => range.split(';', 1)[0]?.trim().toLowerCase());
  if (types.includes(PLAIN_TYPE) || readAccept(request, FORM_TYPE) !== FORM_TYPE) return false;
  labels.set(request, { type: FORM_TYPE });
  return true;
}

function readAccept(request: IncomingMessage, usual: ReplyType): ReplyType | undefined {
  const accepted = acceptRanges(request.headers);
  if (accepted === undefined) return usual;
  const other = usual === PLAIN_TYPE ? FORM_TYPE : PLAIN_TYPE;
  const family = other.slice(0, other.indexOf('/') + 1);
  const ranges = accepted.map((range) => withTieBroken(range, family));
  const negotiator = new Negotiator({ headers: { accept: ranges.join(',') } });
  return negotiator.mediaType([usual, other]) as ReplyType | undefined;
}

/**
 * A range of Accept with its weight alone, since ours is of the type whatever the charset; and that of the family of the
 * type that is not the usual one (`text/`) a little lower, so that neither order nor precision decides between equals.
 */
function withTieBroken(range: string, family: string): string {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => /^q\s*=/i.test(parameter));
  const quality = weight === undefined ? 1 : Number(weight.split('=')[1]);
  if (Number.isNaN(quality)) return `${type};q=0`;
  const isOther = type.toLowerCase().startsWith(family);
  return `${type};q=${isOther ? Math.max(0, quality - TIE_BREAK) : quality}`;
}

/** Sends pairs as RFC 5849 section 2.1 wants them, labelled as the client asked, else as `usual` says. */
export function sendForm(
  response: ServerResponse,
  usual: ReplyType,
  status: number,
  pairs: Iterable<readonly [string, string]>,
  headers: Readonly<Record<string, string>> = {},
): void {
  // A client that accepts neither gets the refusal in the default type.
  const type = acceptableFormType(response.req, usual) ?? usual;
  const body = formEncode(pairs);
  response
    .writeHead(status, {
      ...headers,
      'Content-Type': type === PLAIN_TYPE ? 'text/plain; charset=utf-8' : type,
      'Content-Length': body.length,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body);
}
