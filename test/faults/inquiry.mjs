// Sends one request and checks the answer against what holds during any fault (invariant I6).
import { isAccepted, problemOf } from './requests.mjs';

const LONGEST_MS = 5_000;
/** The nonce is from before claims were lost. The request is refused, because it may have been accepted before. */
const FORGOTTEN = 'timestamp_refused';

export class Inquiry {
  /** @param findings where violations go; @param lag how late the machine was, see lag.mjs; @param nonceStore see nonce-store.mjs */
  constructor(client, ledger, findings, lag, nonceStore) {
    Object.assign(this, { client, ledger, findings, lag, nonceStore });
  }

  /**
   * Resolves to the answer with `outcome`: `done` (accepted), `refused` (for a reason that `mayRefuse` allows),
   * `unknown` (503 or no answer) or `wrong`, which has been reported.
   *
   * @param route a replica, or the balancer
   * @param refusals problems that are also correct answers, or the only correct ones
   */
  async ask(kind, route, request, { refusals = [], mustRefuse } = {}) {
    const port = (request.isForStaff ? route.adminDoor : route.door).port;
    const answer = await this.client.send(port, request);
    const accepted = isAccepted(answer) || answer.status === 201;
    const isSigned = kind !== 'staff';
    this.ledger.note(kind, route, request, answer, accepted && isSigned && !mustRefuse);
    const outcome = this.#outcome(kind, route, answer, accepted, refusals, mustRefuse);
    return { ...answer, outcome };
  }

  #outcome(kind, route, answer, accepted, refusals, mustRefuse) {
    const { status, sentAt, tookMs } = answer;
    const endedAt = sentAt + tookMs;
    const away = route.wasAway(sentAt, endedAt);
    const report = (invariant, what) => {
      this.findings.report(invariant, `${kind} by ${route.name}: ${what}`, {
        status,
        problem: status === 0 ? answer.error : answer.body.slice(0, 300),
        tookMs: Math.round(tookMs),
        output: route.output,
      });
      return 'wrong';
    };
    this.findings.checked('I6');
    if (status === 0)
      return away ? 'unknown' : report('I6', 'no answer, and the replica was there');
    if (tookMs > LONGEST_MS + this.lag.since(sentAt) && !away) {
      report('I6', 'an answer later than 5 s');
    }
    if (status === 503) {
      if (!(Number(answer.headers['retry-after']) > 0)) report('I6', '503 without Retry-After');
      if (route.isStrict) return report('I6', 'a failed request where none may fail');
      return 'unknown';
    }
    if (mustRefuse) {
      this.findings.checked(mustRefuse);
      if (accepted) return report(mustRefuse, 'let through');
    } else if (accepted) {
      return 'done';
    }
    const problem = problemOf(answer);
    if (problem === FORGOTTEN && this.nonceStore) {
      if (mustRefuse) return 'refused';
      if (this.nonceStore.isForgetting()) return 'unknown';
    }
    if (status < 500 && refusals.includes(problem)) return 'refused';
    return report('I6', 'a wrong answer');
  }
}
