import type { DocumentSize } from './document-size.js';

const QUOTE = '"';
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Whether an object of the document names a property twice. JSON.parse keeps the last one, another
 * reader the first (RFC 8259 section 4), so that who checked the document and who acts on it could
 * have read different things.
 *
 * What was parsed has each name of an object once: it has fewer names than the document exactly where one is
 * repeated, however it is spelt.
 *
 * @param json what JSON.parse has taken
 * @param size of what it made of it
 */
export const repeatsName = (json: string, { names }: DocumentSize): boolean =>
  namesWritten(json) !== names;

/** How many texts of the document are followed by a colon. */
function namesWritten(json: string): number {
  let names = 0;
  for (let at = json.indexOf(QUOTE); at >= 0; at = json.indexOf(QUOTE, at)) {
    at = endOfText(json, at);
    while (BLANKS.has(json.charCodeAt(at))) at += 1;
    if (json.charCodeAt(at) === COLON) names += 1;
  }
  return names;
}

/** Behind the quote that ends the text which begins here: the first without an odd number of backslashes before. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); ; end = json.indexOf(QUOTE, end + 1)) {
    let before = end;
    while (json.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end + 1;
  }
}
