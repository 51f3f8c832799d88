// The Nest 12 packages, file-type with its family, and a few others, are published as ES modules only. Jest's
// stable mode runs CommonJS, so SWC turns those packages, with our own code, into CommonJS on the
// way in. The built ES modules in dist/ are tried by the tests that start the real process.
const esModulesOnly = [
  '@nestjs',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
  'canonicalize',
  'jose',
  'openid-client',
  'oauth4webapi',
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  // Needs programs beyond Node: `npm run test:interop`.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/interop/matrix.spec.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Its only export is one for `import`, which a CommonJS resolver does not take.
    '^canonicalize$': '<rootDir>/node_modules/canonicalize/lib/canonicalize.js',
  },
  transform: {
    '^.+\\.(t|j)s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly.join('|')})/)`],
  cacheDirectory: '<rootDir>/.cache/jest',
  // One for each core: many tests wait. A worker that has grown is replaced, since it keeps all that it loaded.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1GB',
  // Ends what hangs; a test that promises something in time measures it.
  testTimeout: 180_000,
};
