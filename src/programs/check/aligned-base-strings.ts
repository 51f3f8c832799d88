import { printable } from '../rest/printable.js';

type Step = readonly [service: string | undefined, client: string | undefined];

/**
 * The parts of a signature base string, one a line: method, URI, and each parameter. If the client's base string is
 * given, both are aligned, and the first difference is marked.
 */
export function alignedBaseStrings(service: string, client: string | undefined): string[] {
  if (client === undefined) return piecesOf(service).map((piece) => `  ${printable(piece)}`);
  let isMarked = false;
  const lines: string[] = [];
  for (const [ours, theirs] of aligned(piecesOf(service), piecesOf(client))) {
    if (ours === theirs) {
      lines.push(`  both     ${printable(ours ?? '')}`);
      continue;
    }
    if (ours !== undefined) lines.push(`  service  ${printable(ours)}`);
    if (theirs !== undefined) lines.push(`  client   ${printable(theirs)}`);
    if (!isMarked) lines.push(`  first    ${' '.repeat(commonLength(ours, theirs))}^`);
    isMarked = true;
  }
  return isMarked ? lines : [...lines, '  They are the same: the key differs, or the digest.'];
}

/**
 * Splits a base string into method, URI and parameters. The parameters are one part, in which `&` is written `%26`.
 */
function piecesOf(baseString: string): string[] {
  const [method = '', uri, ...rest] = baseString.split('&');
  const parameters = rest.length === 0 ? [] : rest.join('&').split('%26');
  return [method, ...(uri === undefined ? [] : [uri]), ...parameters];
}

const commonLength = (a = '', b = ''): number => {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
};

/** Aligns by the longest common subsequence; the lines between are paired in order. */
function aligned(a: readonly string[], b: readonly string[]): Step[] {
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = longest[i] as Uint32Array;
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const isSame = i < a.length && j < b.length && a[i] === b[j];
    const mayDrop = i < a.length && at(i + 1, j) === at(i, j);
    const mayAdd = j < b.length && at(i, j + 1) === at(i, j);
    const isPair = isSame || (mayDrop && mayAdd && at(i + 1, j + 1) === at(i, j));
    const [takesOurs, takesTheirs] = isPair
      ? [true, true]
      : mayDrop
        ? [true, false]
        : [false, true];
    steps.push([takesOurs ? a[i] : undefined, takesTheirs ? b[j] : undefined]);
    if (takesOurs) i += 1;
    if (takesTheirs) j += 1;
  }
  return steps;
}
