// `npm run test:interop`: the client libraries against the service. `npm test` leaves them out, since
// they need programs beyond Node; .ci/run runs both.
import base from './jest.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...base,
  roots: ['<rootDir>/test/interop'],
  testMatch: ['**/matrix.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
