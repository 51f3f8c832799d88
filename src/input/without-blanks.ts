/** Blanks around a header's value are not part of it (RFC 9110 section 5.5); other octets are. */
export function withoutBlanks(value: string): string {
  const isBlank = (index: number): boolean => value[index] === ' ' || value[index] === '\t';
  let from = 0;
  let to = value.length;
  while (isBlank(from)) from += 1;
  while (to > from && isBlank(to - 1)) to -= 1;
  return value.slice(from, to);
}
