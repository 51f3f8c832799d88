/** The texts of a JSON document, and the signs that say which of them are names. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/gs;

/**
 * Whether an object of the document names a property twice. JSON.parse keeps the last one, another
 * reader the first (RFC 8259 section 4), so that who checked the document and who acts on it could
 * have read different things.
 *
 * @param json what JSON.parse has taken
 */
export function repeatsName(json: string): boolean {
  const open: (Set<unknown> | undefined)[] = [];
  let last = '';
  for (const [token] of json.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      // Parsed, since one name can be spelt with escapes and without.
      const name: unknown = JSON.parse(last);
      const names = open.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
    last = token;
  }
  return false;
}
