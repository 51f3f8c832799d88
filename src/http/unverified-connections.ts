import type { Socket } from 'node:net';

/** While iterations of the event loop take longer than this, in milliseconds, fewer connections are read from. */
const ITERATION_MS = 4;
const MOST_PER_ITERATION = 64;
/**
 * The least number of unverified connections per iteration, as a share of its verified requests; always at
 * least one.
 */
const LEAST_SHARE = 1 / 4;

/**
 * Limits how many unverified connections are read from in one iteration of the event loop. A connection is
 * verified once it has sent a request with a valid signature; verified connections are always read from. While
 * iterations are short, all unverified connections are read from at once. Otherwise the excess waits unread,
 * first come, first served. So an attacker gets a bounded share of the processor, with any number of
 * connections.
 */
export class UnverifiedConnections {
  private readonly waiting = new Set<Socket>();
  private allowed = MOST_PER_ITERATION;
  private read = 0;
  private verified = 0;
  private iterationStartedAt = 0;
  private isCounting = false;

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** How many connections wait to be read from. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /** Lets one request of the connection be read, now or in a later iteration. */
  queue(socket: Socket): void {
    this.count();
    if (this.waiting.size === 0 && this.read < this.allowed) {
      this.read += 1;
      return;
    }
    socket.pause();
    this.waiting.add(socket);
  }

  /** The connection is closed. */
  forget(socket: Socket): void {
    this.waiting.delete(socket);
  }

  /** Counts a request on a verified connection. */
  noteVerified(): void {
    if (this.isCounting) this.verified += 1;
  }

  private count(): void {
    if (this.isCounting) return;
    this.isCounting = true;
    this.iterationStartedAt = this.now();
    setImmediate(this.endIteration);
  }

  private readonly endIteration = (): void => {
    const now = this.now();
    const least = Math.max(1, Math.floor(this.verified * LEAST_SHARE));
    this.allowed =
      now - this.iterationStartedAt > ITERATION_MS
        ? Math.max(least, this.allowed >> 1)
        : Math.min(MOST_PER_ITERATION, this.allowed + 1);
    this.read = 0;
    this.verified = 0;
    for (const socket of this.waiting) {
      if (this.read >= this.allowed) break;
      this.read += 1;
      this.waiting.delete(socket);
      socket.resume();
    }
    this.isCounting = this.read > 0;
    this.iterationStartedAt = now;
    if (this.isCounting) setImmediate(this.endIteration);
  };
}
