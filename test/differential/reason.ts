import type { Difference } from './judgement.js';
import type { WireRequest } from './wire-request.js';

/** Why the two sides may differ: told from the request alone, and only for differences it can cause. */
export interface Reason {
  readonly name: string;
  /** For docs/fuzzing.md: what each side does, and what the RFC says. */
  readonly sentence: string;
  readonly differences: readonly Difference[];
  recognises(request: WireRequest): boolean;
}

/** What may come of reading other parameters. */
export const WHATEVER: readonly Difference[] = [
  'only we refuse',
  'only oauthlib refuses',
  'base strings differ',
];
