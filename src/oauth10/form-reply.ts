import Negotiator from 'negotiator';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { formEncode } from '../protocol/form-encoding.js';

const PLAIN = 'text/plain';
const FORM = 'application/x-www-form-urlencoded';

/** What the form-encoded body is labelled as; undefined when the client takes neither label. */
export function acceptableFormType(request: IncomingMessage): string | undefined {
  // Without Accept, and for the usual */*, there is nothing to weigh.
  const accept = request.headers.accept?.trim();
  if (!accept || accept === '*/*') return PLAIN;
  const headers = { accept: accept.split(',').map(withWeightAlone).join(',') };
  return new Negotiator({ headers }).mediaType([PLAIN, FORM]);
}

/** `text/plain;charset=utf-8;q=0.5` without its charset: ours is of the type, whatever the charset. */
function withWeightAlone(range: string): string {
  const [type = '', ...parameters] = range.split(';');
  return [type, ...parameters.filter((parameter) => /^\s*q\s*=/i.test(parameter))].join(';');
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

/** Sends a sentence for a person. */
export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, {
      ...headers,
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(text);
}
