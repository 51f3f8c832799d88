// Records requests and answers, and what follows from them: which credentials must work, which must not, and which
// requests must never be accepted again.
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Replays must be refused within the window of five minutes. Older ones are refused for their timestamp. */
const REPLAYABLE_MS = 280_000;

export class Ledger {
  #file;
  #accepted = [];
  #askedAt = 0;
  requests = 0;
  accepted = 0;
  byStatus = {};
  slowestMs = 0;
  /** Temporary credentials → the access tokens issued for them. */
  handedOut = new Map();
  /**
   * Access token → its credentials, its state (`live`, `ending`, `ended`), and when its exchange and its revocation
   * were requested and answered.
   */
  tokens = new Map();

  /** @param path of a log with a line of JSON per request */
  constructor(path) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = createWriteStream(path);
  }

  /** Records one request and its answer. */
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

  /** Accepted requests: the latest, and some older ones. */
  toReplay(random, latest, older) {
    const now = performance.now();
    const oldest = this.#accepted.findIndex(({ at }) => now - at < REPLAYABLE_MS);
    this.#accepted.splice(0, oldest < 0 ? this.#accepted.length : oldest);
    return sample(this.#accepted, random, latest, older);
  }

  /** The requests accepted since the last call. */
  takeNew() {
    const since = this.#askedAt;
    this.#askedAt = performance.now();
    return this.#accepted.filter(({ at }) => at >= since);
  }

  /** Access tokens that must work: the latest, and some older ones. */
  living(random, latest, older) {
    return sample(this.inState('live'), random, latest, older);
  }

  /** Access tokens whose end was acknowledged at least a second ago. */
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
