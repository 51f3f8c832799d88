import type { DocumentSize } from './document-size.js';

const QUOTE = '"';
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Whether an object of the document names a property twice. JSON.parse keeps the last value, other parsers the
 * first (RFC 8259 section 4), so a program that validates the document and one that uses it could read
 * different values.
 *
 * The parsed document contains each name of an object once. So it has fewer names than the text exactly if a
 * name is repeated, even if the two are escaped differently.
 *
 * @param json the text that JSON.parse has parsed
 * @param size the size of the parsed document
 */
export const repeatsName = (json: string, { names }: DocumentSize): boolean =>
  namesWritten(json) !== names;

/** The number of strings in the document that are followed by a colon. */
function namesWritten(json: string): number {
  let names = 0;
  for (let at = json.indexOf(QUOTE); at >= 0; at = json.indexOf(QUOTE, at)) {
    at = endOfText(json, at);
    while (BLANKS.has(json.charCodeAt(at))) at += 1;
    if (json.charCodeAt(at) === COLON) names += 1;
  }
  return names;
}

/**
 * The index after the closing quote of the string at `start`: the first quote after an even number of
 * backslashes.
 */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); ; end = json.indexOf(QUOTE, end + 1)) {
    let before = end;
    while (json.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end + 1;
  }
}
