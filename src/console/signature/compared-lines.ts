/** A base string as a line, what differs first in it marked. */
export interface ComparedLine {
  readonly term: string;
  readonly parts: readonly { readonly text: string; readonly isMarked?: boolean }[];
}

/** What is marked where one text ends and the other goes on. */
const END = '␃';

/**
 * Two base strings as lines that stand one above the other, each with the first character in which they
 * differ marked; ours alone, where there is no other or they are the same.
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
