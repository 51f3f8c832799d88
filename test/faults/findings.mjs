// Counts the checks and records the violations.

export const INVARIANTS = {
  I1: 'temporary credentials yield at most one token, ever',
  I2: 'a token whose reply was delivered works after recovery',
  I3: 'an accepted nonce is never accepted again',
  I4: 'an acknowledged revoke or disable is final',
  I5: 'no half states',
  I6: 'trouble below gives 503 with Retry-After within 5 s, never 401 to a valid request, never 500',
  I7: 'liveness stays 200; readiness turns within 2 s of loss and is back within 5 s of return',
  I8: 'connections and memory return to their level',
  I9: 'a change and its event: both or neither, and once',
  I10: 'every event is delivered, signed, within 45 s of the last fault',
  I11: 'events of one consumer come in the order of its changes',
};

/** Limits the output of a run in which everything fails. */
const TOLD_MAX = 30;

export class Findings {
  violations = [];
  counts = Object.fromEntries(Object.keys(INVARIANTS).map((name) => [name, 0]));
  fault = { number: 0, kind: 'start' };

  constructor(seed, tell) {
    this.seed = seed;
    this.tell = tell;
  }

  checked(invariant, times = 1) {
    this.counts[invariant] += times;
  }

  /** Reports a violation, and what is needed to reproduce it. */
  report(invariant, what, detail = {}) {
    const { number, kind } = this.fault;
    this.violations.push({ invariant, what, seed: this.seed, fault: number, kind, detail });
    if (this.violations.length > TOLD_MAX) return;
    this.tell(
      `VIOLATION of ${invariant} (${INVARIANTS[invariant]})\n  ${what}\n` +
        `  seed ${this.seed}, fault ${number} (${kind})\n  ${JSON.stringify(detail)}`,
    );
  }

  /** Checks the condition, and reports a violation if it is false. */
  expect(invariant, holds, what, detail) {
    this.checked(invariant);
    if (!holds) this.report(invariant, what, detail);
  }
}
