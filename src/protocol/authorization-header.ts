import { TooManyParameters, type Parameter } from './parameter.js';
import { MalformedEncoding, percentDecode } from './percent-encoding.js';

/** An `Authorization: OAuth` header that is not a list of `name="value"`. */
export class MalformedHeader extends Error {
  override readonly name = 'MalformedHeader';
}

/**
 * Parses the value of an `Authorization` header (RFC 5849 §3.5.1), given as an octet string, and omits `realm`.
 * Undefined if there is no header or its scheme is not `OAuth`.
 *
 * Accepts more than the grammar allows, because clients in use need it: unquoted values (`scope=Scope1`), blanks
 * around `=`, extra commas, characters that should have been encoded. `+` means a plus here.
 *
 * Throws MalformedHeader, MalformedEncoding (with the parameter's name if it is known), and TooManyParameters if
 * there are more than `maxParameters`.
 */
export function parseAuthorizationHeader(
  value: string | undefined,
  maxParameters: number = Number.POSITIVE_INFINITY,
): Parameter[] | undefined {
  if (value === undefined) return undefined;
  let position = endOfOAuthScheme(value);
  if (position === undefined) return undefined;

  const parameters: Parameter[] = [];
  for (;;) {
    position = skip(value, position, isBlankOrComma);
    if (position >= value.length) return parameters;

    const equals = endOfName(value, position);
    const name = percentDecode(trimEnd(value, position, equals));
    const valueStart = skip(value, equals + 1, isBlank);
    const quoted = value.charCodeAt(valueStart) === QUOTE;
    const valueEnd = quoted ? closingQuote(value, valueStart) : endOfBareValue(value, valueStart);
    if (name !== 'realm') {
      if (parameters.length >= maxParameters) throw new TooManyParameters(maxParameters);
      const encoded = quoted
        ? value.slice(valueStart + 1, valueEnd)
        : trimEnd(value, valueStart, valueEnd);
      parameters.push([name, decodeValue(encoded, name)]);
    }
    position = quoted ? commaOrEnd(value, valueEnd + 1) : valueEnd;
  }
}

/**
 * The `WWW-Authenticate` challenge of RFC 5849 §3.5.1, with the code of the problem if there is one. Characters
 * that could end the quoted string or the header line are escaped or dropped.
 */
export function formatOAuthChallenge(challenge: { realm: string; problem?: string }): string {
  const realm = `OAuth realm="${quotedText(challenge.realm)}"`;
  if (challenge.problem === undefined) return realm;
  return `${realm}, oauth_problem="${quotedText(challenge.problem)}"`;
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === CARRIAGE_RETURN || code === LINE_FEED;
}

function isBlankOrComma(code: number): boolean {
  return code === COMMA || isBlank(code);
}

function skip(text: string, from: number, matches: (code: number) => boolean): number {
  let position = from;
  while (position < text.length && matches(text.charCodeAt(position))) position += 1;
  return position;
}

function trimEnd(text: string, from: number, to: number): string {
  let end = to;
  while (end > from && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(from, end);
}

function endOfOAuthScheme(value: string): number | undefined {
  const start = skip(value, 0, isBlank);
  const end = start + 'OAuth'.length;
  if (value.slice(start, end).toLowerCase() !== 'oauth') return undefined;
  return end === value.length || isBlank(value.charCodeAt(end)) ? end : undefined;
}

/** The index of the `=` after the name. */
function endOfName(value: string, from: number): number {
  for (let i = from; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code === EQUALS) {
      if (i === from) throw new MalformedHeader('a value without a name');
      return i;
    }
    if (code === COMMA || code === QUOTE) break;
    if (isBlank(code)) {
      const next = skip(value, i, isBlank);
      if (value.charCodeAt(next) === EQUALS) return next;
      break;
    }
  }
  throw new MalformedHeader('a name without "="');
}

/** The index of the closing quote of the string that starts at `open`. A realm may contain quoted pairs. */
function closingQuote(value: string, open: number): number {
  for (let i = open + 1; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code === QUOTE) return i;
    if (code === BACKSLASH) i += 1;
  }
  throw new MalformedHeader('a quoted value that never closes');
}

function endOfBareValue(value: string, from: number): number {
  for (let i = from; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code === COMMA) return i;
    if (code === QUOTE) throw new MalformedHeader('a quotation mark inside a bare value');
    if (isBlank(code)) return commaOrEnd(value, i);
  }
  return value.length;
}

function commaOrEnd(value: string, from: number): number {
  const position = skip(value, from, isBlank);
  if (position < value.length && value.charCodeAt(position) !== COMMA) {
    throw new MalformedHeader('no comma behind a value');
  }
  return position;
}

function decodeValue(encoded: string, name: string): string {
  // An encoder writes %5C. A raw backslash may be half of a quoted pair or an octet; the two cannot be told apart.
  if (encoded.includes('\\')) throw new MalformedEncoding('a raw backslash', name);
  try {
    return percentDecode(encoded);
  } catch (error) {
    if (!(error instanceof MalformedEncoding)) throw error;
    throw new MalformedEncoding(error.message, name);
  }
}

function quotedText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&');
}
