/** Upper bounds in milliseconds; narrower where most durations are. */
const BOUNDS_MS = [
  0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 150, 250, 500, 1_000, 2_500, 5_000,
] as const;
const CODES = BOUNDS_MS.map((bound) => `ms:${bound}`);
const BEYOND = 'ms:inf';

/** The bucket of a duration: `ms:` and its upper bound in milliseconds, or `ms:inf`. */
export function bucketOf(seconds: number): string {
  const milliseconds = seconds * 1_000;
  for (let at = 0; at < BOUNDS_MS.length; at += 1) {
    if (milliseconds <= (BOUNDS_MS[at] as number)) return CODES[at] as string;
  }
  return BEYOND;
}

/**
 * The duration below which this part of all requests stayed (a quantile), interpolated within its bucket.
 *
 * @param part such as 0.95
 * @returns milliseconds, 5,000 for all that took longer; undefined if nothing was counted
 */
export function millisecondsAt(
  counts: Readonly<Record<string, number>>,
  part: number,
): number | undefined {
  const inBuckets = [...CODES, BEYOND].map((code) => counts[code] ?? 0);
  const total = inBuckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let before = 0;
  for (const [at, count] of inBuckets.entries()) {
    const upper = BOUNDS_MS[at];
    if (count > 0 && before + count >= total * part) {
      if (upper === undefined) break;
      const lower = BOUNDS_MS[at - 1] ?? 0;
      return lower + ((upper - lower) * (total * part - before)) / count;
    }
    before += count;
  }
  return BOUNDS_MS.at(-1);
}
