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
 * The steps in which refusals leave: 5 ms, or 10 or 15, after the request was read. A row that is found
 * takes longer to bring than one that is not, and what is remembered less than either; within a step that
 * shows no more. The clock is started before the work: timers count whole milliseconds, and one that is set
 * when the work is done would end sooner or later by how long the work took.
 */
export class RefusalPace {
  private onStep: (() => void) | undefined;
  private readonly clock = setInterval(() => this.onStep?.(), STEP_MS);

  /** Resolves at the next step. */
  step(): Promise<void> {
    return new Promise((resolve) => {
      this.onStep = resolve;
    });
  }

  end(): void {
    clearInterval(this.clock);
  }
}
