import { setTimeout as sleep } from 'node:timers/promises';
import type { OAuthProblem } from '../protocol/oauth-problem.js';
import { MethodNotRegistered, TokenMissing } from './disclosure.js';

/** Longer than the look into the store and the two computations that a refusal costs. */
const STEP_MS = 5;

const TELLS_BY_TIME = new Set(['consumer_key_unknown', 'token_rejected', 'signature_invalid']);

/** Whether the refusal would tell, by how soon it comes, which key or token exists. */
export const isPaced = (problem: OAuthProblem): boolean =>
  TELLS_BY_TIME.has(problem.code) ||
  problem instanceof MethodNotRegistered ||
  problem instanceof TokenMissing;

/**
 * Waits for the next step after the start: refusals leave 5 ms, or 10 or 15, after the request was
 * read. A row that is found takes longer to bring than one that is not, and what is remembered less
 * than either; within a step that shows no more. Timers end at whole milliseconds of the process's
 * own clock, so the wait is looked at again until it has really passed.
 *
 * @param startedAt by performance.now()
 */
export async function nextStep(startedAt: number): Promise<void> {
  const steps = Math.floor((performance.now() - startedAt) / STEP_MS) + 1;
  const due = startedAt + steps * STEP_MS;
  for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
    await sleep(Math.max(1, Math.floor(left)));
  }
}
