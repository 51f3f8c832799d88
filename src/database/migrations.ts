import { FirstSchema1700000000001 } from './migrations/0001-first-schema.js';

/** Every migration in the order of its timestamp. The schema is the sum of these. */
export const migrations = [FirstSchema1700000000001];
