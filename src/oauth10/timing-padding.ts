import { ForgivableProblem, type OAuthProblem } from '../protocol/oauth-problem.js';
import { MethodNotRegistered, TokenMissing, VerifierMissing } from './disclosure.js';
import { PreciseTimer } from './precise-timer.js';

/** Longer than the look into the store and the computation that a refusal costs. */
const STEP_MS = 5;

const TELLS_BY_TIME = new Set(['consumer_key_unknown', 'token_rejected', 'signature_invalid']);

/** Whether the time of the refusal could reveal which key or token exists. */
export const padsTiming = (problem: OAuthProblem): boolean =>
  TELLS_BY_TIME.has(problem.code) ||
  problem instanceof ForgivableProblem ||
  problem instanceof MethodNotRegistered ||
  problem instanceof TokenMissing ||
  problem instanceof VerifierMissing;

/** One for all: those that wait together share the turns of its last milliseconds. */
const timer = new PreciseTimer();

/**
 * Waits for the next step after the start: refusals leave 5 ms, or 10 or 15, after the request was
 * read. A row that is found takes longer to bring than one that is not, and what is remembered less
 * than either; within a step that shows no more.
 *
 * To the microsecond, since a refusal that left with a timer of the process told by how much the step missed it.
 *
 * @param startedAt by performance.now()
 */
export function padToNextStep(startedAt: number): Promise<void> {
  const steps = Math.floor((performance.now() - startedAt) / STEP_MS) + 1;
  return timer.until(startedAt + steps * STEP_MS);
}
