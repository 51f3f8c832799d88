/**
 * Whether a parsed document has more values than so many, those that hold others included. In memory a value takes
 * tens of octets for the two or three that it has in JSON.
 */
export function hasMoreValuesThan(most: number, parsed: unknown): boolean {
  // Without recursion: a body can be nested deeper than the stack is.
  const open: unknown[] = [parsed];
  let values = 1;
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (typeof one !== 'object' || one === null) continue;
    const inside: unknown[] = Object.values(one);
    values += inside.length;
    if (values > most) return true;
    for (const value of inside) if (typeof value === 'object') open.push(value);
  }
  return false;
}
