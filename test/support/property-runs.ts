/** How many cases a property test tries: 500, or FAST_CHECK_RUNS for a longer search by hand. */
export const propertyRuns = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 500) };
