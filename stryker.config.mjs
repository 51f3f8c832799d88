// `npm run test:mutation`: which changes to src/protocol no test of it notices. docs/fuzzing.md says what survives, and why.

// Every change would otherwise wait for thousands of signatures.
process.env.SHORT_MUTANTS = '1';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'jest',
  jest: { projectType: 'custom', configFile: 'jest.mutation.config.mjs' },
  mutate: ['src/protocol/**/*.ts', '!src/protocol/**/*.spec.ts'],
  coverageAnalysis: 'perTest',
  clearTextReporter: { logTests: false },
  ignorePatterns: ['dist', 'docs', 'findings', 'bench', 'clients', 'deploy', 'demo', '.data'],
  // Advice is prose: that it is there, and in ASCII, is tested; its words are not.
  mutator: { excludedMutations: ['StringLiteral'] },
  concurrency: 1,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: '.cache/mutation.json' },
  tempDirName: '.cache/stryker',
  cleanTempDir: 'always',
  thresholds: { high: 95, low: 95, break: 95 },
};
