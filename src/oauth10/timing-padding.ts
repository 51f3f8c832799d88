import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { OAuthProblem } from '../protocol/oauth-problem.js';
import { MethodNotRegistered, TokenMissing, VerifierMissing } from './disclosure.js';

/** Longer than the look into the store and the two computations that a refusal costs. */
const STEP_MS = 5;

const TELLS_BY_TIME = new Set(['consumer_key_unknown', 'token_rejected', 'signature_invalid']);

/** Whether the refusal would tell, by how soon it comes, which key or token exists. */
export const padsTiming = (problem: OAuthProblem): boolean =>
  TELLS_BY_TIME.has(problem.code) ||
  problem instanceof MethodNotRegistered ||
  problem instanceof TokenMissing ||
  problem instanceof VerifierMissing;

/** Timers end up to so much later than they were set to, counted from the last turn of the event loop. */
const TIMER_GRAIN_MS = 1;

/**
 * Waits for the next step after the start: refusals leave 5 ms, or 10 or 15, after the request was
 * read. A row that is found takes longer to bring than one that is not, and what is remembered less
 * than either; within a step that shows no more.
 *
 * To the microsecond: timers count whole milliseconds of the process's clock, and a refusal that left with
 * one told by how much the step missed it. The last one or two milliseconds pass turn by turn of the event loop,
 * in which everybody else is served.
 *
 * @param startedAt by performance.now()
 */
export async function padToNextStep(startedAt: number): Promise<void> {
  const steps = Math.floor((performance.now() - startedAt) / STEP_MS) + 1;
  const due = startedAt + steps * STEP_MS;
  await sleep(Math.max(1, Math.floor(due - performance.now() - TIMER_GRAIN_MS)));
  while (performance.now() < due) await turn();
}
