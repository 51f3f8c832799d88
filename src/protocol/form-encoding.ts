import { TooManyParameters, type Parameter } from './parameter.js';
import { MalformedEncoding, percentDecode, percentEncodeText } from './percent-encoding.js';

/**
 * Parses a query or a form body (RFC 5849 §3.4.1.3.1), given as an octet string. `+` means a space, a name without
 * `=` has the empty value, and an empty piece between two `&` is skipped. Order and repeated names are kept.
 *
 * Throws TooManyParameters if there are more than `maxParameters`, before it decodes any of them. Throws
 * MalformedEncoding, with the parameter's name if that can be decoded.
 */
export function parseFormEncoded(
  raw: string,
  maxParameters: number = Number.POSITIVE_INFINITY,
): Parameter[] {
  return nonEmptyPieces(raw, maxParameters).map(parsePair);
}

/**
 * Form-encodes pairs of texts for a reply or a callback. Escapes like RFC 5849 §3.6, so a space becomes `%20`,
 * which every form decoder understands. Throws MalformedEncoding for a lone surrogate.
 */
export function formEncode(pairs: Iterable<readonly [name: string, value: string]>): string {
  const encoded: string[] = [];
  for (const [name, value] of pairs) {
    encoded.push(`${percentEncodeText(name)}=${percentEncodeText(value)}`);
  }
  return encoded.join('&');
}

function nonEmptyPieces(raw: string, maxPieces: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < raw.length) {
    let end = raw.indexOf('&', start);
    if (end === -1) end = raw.length;
    if (end > start) {
      if (pieces.length >= maxPieces) throw new TooManyParameters(maxPieces);
      pieces.push(raw.slice(start, end));
    }
    start = end + 1;
  }
  return pieces;
}

function parsePair(piece: string): Parameter {
  const equals = piece.indexOf('=');
  if (equals === -1) return [formDecode(piece), ''];
  const name = formDecode(piece.slice(0, equals));
  return [name, formDecode(piece.slice(equals + 1), name)];
}

function formDecode(encoded: string, parameterName?: string): string {
  try {
    return percentDecode(encoded, ' ');
  } catch (error) {
    if (!(error instanceof MalformedEncoding)) throw error;
    throw new MalformedEncoding(error.message, parameterName);
  }
}
