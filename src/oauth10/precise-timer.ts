/**
 * Timers fire at whole milliseconds of the process's clock, and up to one millisecond late. So for the last
 * milliseconds this class counts turns of the event loop instead.
 */
const TURNING_MS = 2;

interface Waiting {
  /** In the time of performance.now(). */
  readonly due: number;
  readonly release: () => void;
}

/**
 * Waits with microsecond precision. However many callers wait, at most one timer or one turn of the event loop is
 * pending. Between the turns, other work continues.
 */
export class PreciseTimer {
  /** Sorted by due time. */
  private readonly waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isTurning = false;

  /** Resolves in the first turn of the event loop after `due`, in the time of performance.now(). */
  until(due: number): Promise<void> {
    return new Promise((release) => {
      // Most callers arrive in order of their due times, so a search from the end finds the place at once.
      let place = this.waiting.length;
      while (place > 0 && (this.waiting[place - 1] as Waiting).due > due) place -= 1;
      this.waiting.splice(place, 0, { due, release });
      if (place === 0) this.arm(performance.now());
    });
  }

  private arm(now: number): void {
    const [next] = this.waiting;
    if (next === undefined || this.isTurning) return;
    clearTimeout(this.timer);
    const leftMs = Math.floor(next.due) - Math.floor(now);
    if (leftMs > TURNING_MS) {
      // Wakes up early, at a fixed time before the due time. So the process is awake equally long for all callers
      // with the same due time, whenever they began to wait: a process that has just woken up answers tens of
      // microseconds later.
      this.timer = setTimeout(this.turn, Math.max(1, leftMs - TURNING_MS - 1));
    } else {
      this.isTurning = true;
      setImmediate(this.turn);
    }
  }

  private readonly turn = (): void => {
    this.isTurning = false;
    const now = performance.now();
    const later = this.waiting.findIndex(({ due }) => due > now);
    const due = this.waiting.splice(0, later < 0 ? this.waiting.length : later);
    for (const { release } of due) release();
    this.arm(now);
  };
}
