import type { Faults } from './faults.js';

/** One way through a table. */
export interface Pass {
  /** Rows that could be resealed; some may have changed meanwhile. */
  readonly found: number;
  readonly resealed: number;
  readonly faults: Faults;
}

/** Whoever still writes with another key after so many passes does not stop. */
const PASSES_MAX = 5;

/** Goes through a table until a pass finds nothing more to reseal. */
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
