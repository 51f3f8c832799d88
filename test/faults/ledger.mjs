// What was asked, what was answered, and what follows from it: which credentials must work, which must
// not, and which requests must never be taken again.
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** The window in which a replay must be refused is five minutes; older ones prove nothing. */
const REPLAYABLE_MS = 280_000;

export class Ledger {
  #file;
  #accepted = [];
  #askedAt = 0;
  requests = 0;
  accepted = 0;
  byStatus = {};
  slowestMs = 0;
  /** Temporary credentials → the access tokens that were handed out for them. */
  handedOut = new Map();
  /**
   * Access token → its credentials, what may have become of it (`live`, `ending`, `ended`), and of its exchange
   * and revoke when they were asked for and answered.
   */
  tokens = new Map();

  /** @param path where each request and its answer leave a line of JSON */
  constructor(path) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = createWriteStream(path);
  }

  /** One request and its answer. */
  note(kind, route, request, answer, wasAccepted) {
    const { status, tookMs, sentAt, error, body } = answer;
    this.requests += 1;
    this.byStatus[status] = (this.byStatus[status] ?? 0) + 1;
    this.slowestMs = Math.max(this.slowestMs, tookMs);
    const { Authorization } = request.headers;
    const signedBy = request.isForStaff ? request.body : Authorization;
    this.#file.write(
      `${JSON.stringify({ sentAt: Math.round(sentAt), kind, to: route.name, path: request.path, signedBy, status, tookMs: Math.round(tookMs), error, body })}\n`,
    );
    if (wasAccepted) {
      this.accepted += 1;
      this.#accepted.push({ kind, request, at: performance.now() });
    }
  }

  /** Requests that were accepted: the latest, and some of the older ones. */
  toReplay(random, latest, older) {
    const now = performance.now();
    const oldest = this.#accepted.findIndex(({ at }) => now - at < REPLAYABLE_MS);
    this.#accepted.splice(0, oldest < 0 ? this.#accepted.length : oldest);
    return sample(this.#accepted, random, latest, older);
  }

  /** All that was accepted since this was asked for last. */
  takeNew() {
    const since = this.#askedAt;
    this.#askedAt = performance.now();
    return this.#accepted.filter(({ at }) => at >= since);
  }

  /** Access tokens that must work: the latest, and some of the older ones. */
  living(random, latest, older) {
    return sample(this.inState('live'), random, latest, older);
  }

  /** Access tokens whose end was acknowledged a second ago or longer. */
  ended(random, latest, older) {
    const before = performance.now() - 1_000;
    const ended = this.inState('ended').filter(({ endedAt }) => endedAt < before);
    return sample(ended, random, latest, older);
  }

  inState(state) {
    return [...this.tokens.values()].filter((token) => token.state === state);
  }

  close() {
    return new Promise((resolve) => this.#file.end(resolve));
  }
}

function sample(list, random, latest, older) {
  const rest = list.slice(0, -latest);
  const drawn = rest.length === 0 ? [] : Array.from({ length: older }, () => random.pick(rest));
  return [...new Set([...list.slice(-latest), ...drawn])];
}
