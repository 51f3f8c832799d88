/** How many property tests src/protocol has; a test counts them. */
export const PROPERTIES = 31;

/**
 * How long each property test searches: 500 cases, or its share of PROPERTY_CASES (1,000,000 in
 * `npm run test:fuzz`). PROPERTY_SEED makes a search again; without it, it is the same few each time.
 */
export const propertyRuns = {
  numRuns: Math.ceil(Number(process.env['PROPERTY_CASES'] ?? 500 * PROPERTIES) / PROPERTIES),
  seed: Number(process.env['PROPERTY_SEED'] ?? 5_849),
};
