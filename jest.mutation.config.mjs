// `npm run test:mutation`: the specs of src/protocol alone, which need neither database nor built code.
import base from './jest.config.mjs';

const { globalSetup: _setup, globalTeardown: _teardown, ...rest } = base;

/** @type {import('jest').Config} */
export default {
  ...rest,
  roots: ['<rootDir>/src/protocol'],
  // Thousands of signatures, which signature-hint.spec.ts has some hundreds of.
  testPathIgnorePatterns: [...rest.testPathIgnorePatterns, 'hints/mutants.spec.ts'],
  maxWorkers: 1,
};
