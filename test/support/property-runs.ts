/** The number of property tests in src/protocol; a test checks it. */
export const PROPERTIES = 31;

/**
 * The number of cases of each property test: 500, or its share of PROPERTY_CASES (1,000,000 in `npm run test:fuzz`).
 * PROPERTY_SEED repeats a run. Without PROPERTY_SEED every run has the same few cases.
 */
export const propertyRuns = {
  numRuns: Math.ceil(Number(process.env['PROPERTY_CASES'] ?? 500 * PROPERTIES) / PROPERTIES),
  seed: Number(process.env['PROPERTY_SEED'] ?? 5_849),
};
