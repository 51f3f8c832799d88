import Negotiator from 'negotiator';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FORM_TYPE, PLAIN_TYPE, type ReplyType } from '../config/reply-type.js';
import { acceptRanges } from '../http/accept-ranges.js';
import { formEncode } from '../protocol/form-encoding.js';
import { RequestProperty } from '../http/request-property.js';

/** Smaller than any difference that Accept can express: weights have three decimals (RFC 9110 12.4.2). */
const TIE_BREAK = 0.0005;

const labels = new RequestProperty<IncomingMessage, { readonly type: ReplyType | undefined }>(
  'labels',
);

/**
 * The media type of the form-encoded body, determined once per request: `usual` (REPLY_TYPE), unless Accept ranks
 * the other type higher. Undefined if the client accepts neither.
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
 * Labels the form-encoded reply as a form, for clients that do not understand text/plain, unless Accept names
 * text/plain or excludes the form.
 *
 * @returns whether the reply is labelled as a form
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
 * Reduces a range of Accept to type and weight, because other parameters such as the charset do not matter. Lowers
 * the weight a little if the range is of the family (`text/`) of the type that is not usual, so that neither order
 * nor precision decides between equal weights.
 */
function withTieBroken(range: string, family: string): string {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => /^q\s*=/i.test(parameter));
  const quality = weight === undefined ? 1 : Number(weight.split('=')[1]);
  if (Number.isNaN(quality)) return `${type};q=0`;
  const isOther = type.toLowerCase().startsWith(family);
  return `${type};q=${isOther ? Math.max(0, quality - TIE_BREAK) : quality}`;
}

/** Sends pairs in the form of RFC 5849 section 2.1, with the media type that the client prefers, or else `usual`. */
export function sendForm(
  response: ServerResponse,
  usual: ReplyType,
  status: number,
  pairs: Iterable<readonly [string, string]>,
  headers: Readonly<Record<string, string>> = {},
): void {
  // A client that accepts neither type gets the refusal in the usual type.
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
