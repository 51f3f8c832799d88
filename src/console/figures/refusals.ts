import type { Counts } from '../../usage/verdict-counts.js';
import type { Words } from '../blocks.js';

const HINT = 'hint:';

const isRefusal = (code: string): boolean => code !== 'served' && !code.startsWith('ms:');

/** One reason for refusals, and its count. */
export interface RefusalRow {
  readonly code: string;
  readonly times: number;
  /** A hint belongs to a `signature_invalid` refusal, which also counts. */
  readonly isHint: boolean;
  /** The code. A hint links to its explanation. */
  readonly cell: Words;
}

/** The address of a hint's explanation. */
export const hintPage = (code: string): string => `/console/hints#${encodeURIComponent(code)}`;

/** The number of refused requests. */
export function refusedOf(counts: Counts): number {
  let sum = 0;
  for (const [code, times] of Object.entries(counts)) {
    if (isRefusal(code) && !code.startsWith(HINT)) sum += times;
  }
  return sum;
}

/** The reasons for refusals, the most frequent first. */
export function refusalRows(counts: Counts): RefusalRow[] {
  return Object.entries(counts)
    .filter(([code]) => isRefusal(code))
    .map(([name, times]) => {
      const isHint = name.startsWith(HINT);
      const code = isHint ? name.slice(HINT.length) : name;
      const href = isHint ? hintPage(code) : undefined;
      return { code, times, isHint, cell: { text: code, href, isCode: true } };
    })
    .sort((a, b) => b.times - a.times || (a.code < b.code ? -1 : 1));
}
