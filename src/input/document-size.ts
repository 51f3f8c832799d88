/** The size of a parsed JSON document. */
export interface DocumentSize {
  /**
   * Values, including lists and objects. In memory a value takes tens of octets, even if its text has two or
   * three.
   */
  readonly values: number;
  /** Property names of all objects. */
  readonly names: number;
}

/** Counts the values and names in a result of JSON.parse. */
export function sizeOf(parsed: unknown): DocumentSize {
  // Not recursive, because a body can be nested deeper than the stack.
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
