/** How much a parsed JSON document holds. */
export interface DocumentSize {
  /** Values, those that hold others included. In memory one takes tens of octets for the two or three of its text. */
  readonly values: number;
  /** Names of all objects. */
  readonly names: number;
}

/** Counts what JSON.parse has made of a document. */
export function sizeOf(parsed: unknown): DocumentSize {
  // Without recursion: a body can be nested deeper than the stack is.
  const open: unknown[] = [parsed];
  let values = 1;
  let names = 0;
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one !== 'object' || one === null) continue;
    const inside: unknown[] = Object.values(one);
    values += inside.length;
    if (!Array.isArray(one)) names += inside.length;
    for (const value of inside) if (typeof value === 'object') open.push(value);
  }
  return { values, names };
}
