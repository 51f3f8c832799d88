import type { Difference } from './judgement.js';
import type { WireRequest } from './wire-request.js';

/**
 * Why the two sides may differ. A reason depends on the request alone, and explains only the differences it can
 * cause.
 */
export interface Reason {
  readonly name: string;
  /** For docs/fuzzing.md: what each side does, and what the RFC requires. */
  readonly sentence: string;
  readonly differences: readonly Difference[];
  recognises(request: WireRequest): boolean;
}

/** The differences that reading other parameters can cause. */
export const WHATEVER: readonly Difference[] = [
  'only we refuse',
  'only oauthlib refuses',
  'base strings differ',
];
