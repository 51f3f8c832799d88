import type { Socket } from 'node:net';

/** What strangers may make of a turn of the event loop, so that everybody else waits no longer. */
const TURN_MS = 4;
const MOST_A_TURN = 64;
/** Of the requests of a turn, strangers have at least this share; and always one. */
const LEAST_SHARE = 1 / 4;

/**
 * Reads from connections of strangers in turn. As long as the turns of the event loop are short, all are
 * read from at once. When they are not, only so many are as fit into a turn, the rest waits unread, in the
 * order in which they came; connections that have brought a genuine request are read from always. What a
 * stranger can take from others is then a share of the processor, however many connections he has.
 */
export class StrangersInTurn {
  private readonly waiting = new Set<Socket>();
  private allowed = MOST_A_TURN;
  private read = 0;
  private known = 0;
  private turnAt = 0;
  private isCounting = false;

  /** @param now milliseconds that only grow */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** How many connections wait to be read from. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /** One request of the connection may be read: now, or when its turn comes. */
  queue(socket: Socket): void {
    this.count();
    if (this.waiting.size === 0 && this.read < this.allowed) {
      this.read += 1;
      return;
    }
    socket.pause();
    this.waiting.add(socket);
  }

  /** The connection is over. */
  forget(socket: Socket): void {
    this.waiting.delete(socket);
  }

  /** A request came by a connection that is no stranger's. */
  noteKnown(): void {
    if (this.isCounting) this.known += 1;
  }

  private count(): void {
    if (this.isCounting) return;
    this.isCounting = true;
    this.turnAt = this.now();
    setImmediate(this.endTurn);
  }

  private readonly endTurn = (): void => {
    const now = this.now();
    const least = Math.max(1, Math.floor(this.known * LEAST_SHARE));
    this.allowed =
      now - this.turnAt > TURN_MS
        ? Math.max(least, this.allowed >> 1)
        : Math.min(MOST_A_TURN, this.allowed + 1);
    this.read = 0;
    this.known = 0;
    for (const socket of this.waiting) {
      if (this.read >= this.allowed) break;
      this.read += 1;
      this.waiting.delete(socket);
      socket.resume();
    }
    this.isCounting = this.read > 0;
    this.turnAt = now;
    if (this.isCounting) setImmediate(this.endTurn);
  };
}
