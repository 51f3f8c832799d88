/** A base string as a line. The first difference is marked. */
export interface ComparedLine {
  readonly term: string;
  readonly parts: readonly { readonly text: string; readonly isMarked?: boolean }[];
}

/** The mark at the end of the shorter text if the longer one continues. */
const END = '␃';

/**
 * Two base strings as lines, one below the other. The first different character of each is marked. Only the service's
 * line if there is no other or if both are equal.
 */
export function comparedLines(
  ours: string,
  theirs: string | undefined,
  terms: { readonly ours: string; readonly theirs: string },
): ComparedLine[] {
  if (theirs === undefined || theirs === ours) {
    return [{ term: terms.ours, parts: [{ text: ours }] }];
  }
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at += 1;
  const marked = (text: string) => [
    { text: text.slice(0, at) },
    { text: text.slice(at, at + 1) || END, isMarked: true },
    { text: text.slice(at + 1) },
  ];
  return [
    { term: terms.ours, parts: marked(ours) },
    { term: terms.theirs, parts: marked(theirs) },
  ];
}
