import type { Faults } from './faults.js';

/** The result of one pass through a table. */
export interface Pass {
  /** Rows that could be resealed; some of them may have changed before they were written. */
  readonly found: number;
  readonly resealed: number;
  readonly faults: Faults;
}

/** If rows under another key still appear after this many passes, a replica keeps writing them. */
const PASSES_MAX = 5;

/** Repeats the pass until it finds no row to reseal. */
export async function untilNothingIsLeft(
  name: string,
  pass: () => Promise<Pass>,
): Promise<Pick<Pass, 'resealed' | 'faults'>> {
  let resealed = 0;
  for (let passes = 1; ; passes += 1) {
    const one = await pass();
    resealed += one.resealed;
    if (one.found === 0) return { resealed, faults: one.faults };
    if (passes < PASSES_MAX) continue;
    one.faults.add(
      `${name}: still written with another key; has every replica the first one first?`,
    );
    return { resealed, faults: one.faults };
  }
}
