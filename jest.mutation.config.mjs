// `npm run test:mutation`: the specs of src/protocol alone, which need neither database nor built code.
import base from './jest.config.mjs';

const { globalSetup: _setup, globalTeardown: _teardown, ...rest } = base;

/** @type {import('jest').Config} */
export default { ...rest, roots: ['<rootDir>/src/protocol'], maxWorkers: 1 };
