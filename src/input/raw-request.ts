import { isUtf8 } from 'node:buffer';
import { withoutBlanks } from './without-blanks.js';

/** A request in the form of `POST /admin/signature-checks` (contract sections 7 and 10). */
export interface RawRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** Each character of a value is one octet; a repeated header has all its values, joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, if it is UTF-8. Without this and bodyBase64, the body was omitted. */
  readonly body?: string;
  readonly bodyBase64?: string;
}

/** A line is not part of a valid request. The message names the line and contains no secret. */
export class RawRequestError extends Error {
  constructor(
    /** Counted from 1. */
    readonly line: number,
    detail: string,
  ) {
    super(`Line ${line}: ${detail}`);
  }
}

/** A line of the head, together with its folded continuation lines. */
interface HeadLine {
  readonly number: number;
  readonly text: string;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VERSION = /^HTTP\/[0-9](?:\.[0-9])?$/;
const VISIBLE = /^[\x21-\x7e\x80-\xff]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const HOST = /^[^/?#@\\,\s]+$/;
const DIGITS = /^[0-9]{1,9}$/;
const ONLY_LINE_ENDS = /^[\r\n]*$/;
/** Headers that may occur only once, because repetition makes the request ambiguous. */
const SINGLE = new Set(['authorization', 'host', 'content-type', 'content-length']);

/**
 * Parses a request in the text format of HTTP/1 (RFC 9112): request line, headers, an empty line, the body.
 * Lines may end with LF alone, as in pasted text. Folded headers, as in the examples of RFC 5849, are joined.
 *
 * Content-Length gives the length of the body. Without it, the body is the rest of the text, except one line
 * break at the end. If Content-Length is not zero and no body follows, the body was omitted.
 *
 * @param given a string is encoded as UTF-8
 * @param scheme the scheme of the URL, if the target begins with `/`
 * @throws RawRequestError
 */
export function parseRawRequest(
  given: string | Uint8Array,
  scheme: 'http' | 'https' = 'https',
): RawRequest {
  const octets = typeof given === 'string' ? Buffer.from(given, 'utf8') : Buffer.from(given);
  const { lines, bodyFrom, bodyLine } = splitHead(octets.toString('latin1'));
  const [requestLine, ...fields] = lines;
  if (!requestLine) throw new RawRequestError(1, 'there is no request line');
  const { method, target } = readRequestLine(requestLine);
  const { headers, lineOf } = readHeaders(fields);
  const url = /^https?:\/\//i.test(target)
    ? target
    : `${scheme}://${hostOf(headers, lineOf, requestLine.number)}${target}`;
  const body = readBody(octets.subarray(bodyFrom), bodyLine, headers, lineOf);
  return {
    method,
    url,
    headers: Object.fromEntries(headers.values()),
    ...(body &&
      (isUtf8(body) ? { body: body.toString() } : { bodyBase64: body.toString('base64') })),
  };
}

/** The lines before the empty one, and the start of the body. Empty lines before the first line are ignored. */
function splitHead(text: string): { lines: HeadLine[]; bodyFrom: number; bodyLine: number } {
  const lines: { number: number; text: string }[] = [];
  let from = 0;
  let number = 1;
  for (; from < text.length; number += 1) {
    const feed = text.indexOf('\n', from);
    const end = feed < 0 ? text.length : feed;
    const line = text.slice(from, text[end - 1] === '\r' && end > from ? end - 1 : end);
    from = end + 1;
    if (line === '' && lines.length > 0) return { lines, bodyFrom: from, bodyLine: number + 1 };
    if (line === '') continue;
    const last = lines.at(-1);
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (lines.length < 2 || !last) throw new RawRequestError(number, 'goes on with no header');
      last.text += ` ${withoutBlanks(line)}`;
    } else {
      lines.push({ number, text: line });
    }
  }
  return { lines, bodyFrom: text.length, bodyLine: number };
}

function readRequestLine({ number, text }: HeadLine): { method: string; target: string } {
  const refuse = (detail: string): never => {
    throw new RawRequestError(number, detail);
  };
  const parts = withoutBlanks(text).split(' ');
  if (parts.length < 3 || !VERSION.test(parts.at(-1) ?? '')) {
    return refuse('must be METHOD TARGET HTTP/1.1, for instance GET /photos?size=large HTTP/1.1');
  }
  const [method = '', target = ''] = parts;
  if (!TOKEN.test(method)) return refuse('does not begin with a method');
  if (parts.length > 3) return refuse('has a blank in the target, where %20 belongs');
  if (!/^(?:\/|https?:\/\/[^/?#])/i.test(target)) {
    return refuse('the target must begin with /, or be an absolute http or https URL');
  }
  if (target.includes('#')) return refuse('has a fragment (#…), which no client sends');
  if (!VISIBLE.test(target)) return refuse('has a control character in the target');
  return { method, target };
}

/** Headers by their name in lower case: the name as written, and the value. */
type Headers = Map<string, readonly [name: string, value: string]>;

function readHeaders(fields: readonly HeadLine[]): {
  headers: Headers;
  lineOf: Map<string, number>;
} {
  const headers: Headers = new Map();
  const lineOf = new Map<string, number>();
  for (const { number, text } of fields) {
    const colon = text.indexOf(':');
    const name = text.slice(0, Math.max(colon, 0));
    if (!TOKEN.test(name)) {
      throw new RawRequestError(
        number,
        'is no header (Name: value); an empty line belongs between the headers and the body',
      );
    }
    const value = withoutBlanks(text.slice(colon + 1));
    if (!FIELD_VALUE.test(value)) {
      throw new RawRequestError(number, `${name} has a control character in its value`);
    }
    const folded = name.toLowerCase();
    const before = headers.get(folded);
    if (before && SINGLE.has(folded)) {
      throw new RawRequestError(number, `repeats ${name} of line ${lineOf.get(folded)}`);
    }
    const separator = folded === 'cookie' ? '; ' : ', ';
    headers.set(folded, [name, before ? `${before[1]}${separator}${value}` : value]);
    lineOf.set(folded, number);
  }
  return { headers, lineOf };
}

function hostOf(headers: Headers, lineOf: Map<string, number>, requestLine: number): string {
  const host = headers.get('host')?.[1];
  if (host === undefined) {
    throw new RawRequestError(
      requestLine,
      'the target names no host, and there is no Host header: add one, or write the whole URL',
    );
  }
  if (HOST.test(host)) return host;
  throw new RawRequestError(lineOf.get('host') ?? requestLine, 'Host must be a name, or name:port');
}

/** Undefined if the body was omitted. */
function readBody(
  rest: Buffer,
  bodyLine: number,
  headers: Headers,
  lineOf: Map<string, number>,
): Buffer | undefined {
  const at = (name: string) => lineOf.get(name) ?? bodyLine;
  if (headers.has('transfer-encoding')) {
    throw new RawRequestError(
      at('transfer-encoding'),
      'Transfer-Encoding is not read: give the body as it is, with Content-Length or without',
    );
  }
  const stated = headers.get('content-length')?.[1];
  if (stated === undefined) return withoutLastLineEnd(rest);
  if (!DIGITS.test(stated)) {
    throw new RawRequestError(at('content-length'), 'Content-Length must be a number of octets');
  }
  const length = Number(stated);
  if (length > 0 && ONLY_LINE_ENDS.test(rest.toString('latin1'))) return undefined;
  const isWhole = rest.length >= length;
  if (isWhole && ONLY_LINE_ENDS.test(rest.toString('latin1', length))) {
    return rest.subarray(0, length);
  }
  throw new RawRequestError(
    bodyLine,
    `the body has ${rest.length} octets, and Content-Length (line ${at('content-length')}) says ${length}`,
  );
}

function withoutLastLineEnd(octets: Buffer): Buffer {
  if (octets.at(-1) !== 0x0a) return octets;
  return octets.subarray(0, octets.at(-2) === 0x0d ? -2 : -1);
}
