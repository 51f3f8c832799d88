import { ForgivableProblem, type OAuthProblem } from '../protocol/oauth-problem.js';
import { MethodNotRegistered, TokenMissing, VerifierMissing } from './disclosure.js';
import { PreciseTimer } from './precise-timer.js';

/** More than the time of the lookup and the computation of a refusal. */
const STEP_MS = 5;

const TELLS_BY_TIME = new Set(['consumer_key_unknown', 'token_rejected', 'signature_invalid']);

/** Whether the time of the refusal could reveal which keys or tokens exist. */
export const padsTiming = (problem: OAuthProblem): boolean =>
  TELLS_BY_TIME.has(problem.code) ||
  problem instanceof ForgivableProblem ||
  problem instanceof MethodNotRegistered ||
  problem instanceof TokenMissing ||
  problem instanceof VerifierMissing;

/** One timer for all refusals, so that those that wait together share the turns of the last milliseconds. */
const timer = new PreciseTimer();

/**
 * Waits for the next step after the start: refusals leave 5, 10 or 15 ms after the request was read. A row that
 * exists takes longer to read than a missing one, and a cached one takes less than either. Within a step, the
 * difference is not visible.
 *
 * The wait has microsecond precision, because a timer of the process would miss the step by a time that reveals the
 * difference.
 *
 * @param startedAt by performance.now()
 */
export function padToNextStep(startedAt: number): Promise<void> {
  const steps = Math.floor((performance.now() - startedAt) / STEP_MS) + 1;
  return timer.until(startedAt + steps * STEP_MS);
}
