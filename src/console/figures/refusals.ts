import type { Counts } from '../../usage/verdict-counts.js';
import type { Words } from '../blocks.js';

const HINT = 'hint:';

const isRefusal = (code: string): boolean => code !== 'served' && !code.startsWith('ms:');

/** One reason for refusals, and how often it was. */
export interface RefusalRow {
  readonly code: string;
  readonly times: number;
  /** Told beside `signature_invalid`, and counted there, too. */
  readonly isHint: boolean;
  /** The code; a hint leads to what it means. */
  readonly cell: Words;
}

/** The address of what a hint means. */
export const hintPage = (code: string): string => `/console/hints#${encodeURIComponent(code)}`;

/** How many requests were refused. */
export function refusedOf(counts: Counts): number {
  let sum = 0;
  for (const [code, times] of Object.entries(counts)) {
    if (isRefusal(code) && !code.startsWith(HINT)) sum += times;
  }
  return sum;
}

/** Why requests were refused: what was most often first. */
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
