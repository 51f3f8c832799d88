/**
 * Timers fire in whole milliseconds of the process's clock, and up to one later. In the last ones before the
 * moment, turns of the event loop are counted instead.
 */
const TURNING_MS = 2;

interface Waiting {
  /** By performance.now(). */
  readonly due: number;
  readonly release: () => void;
}

/**
 * Waits to the microsecond, for all who wait together: at any time there is one timer or one turn of the
 * event loop to come, however many wait. In the turns, everybody else is served.
 */
export class PreciseTimer {
  /** In the order in which they are due. */
  private readonly waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isTurning = false;

  /** Resolves in the first turn of the event loop in which it is `due`, by performance.now(). */
  until(due: number): Promise<void> {
    return new Promise((release) => {
      // Most come in order: looked at from the end, the place is found at once.
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
      // Once on the way to that time, so that all who wait for one moment are awake for as long before it, whenever
      // they came: a process that has just woken answers tens of microseconds later.
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
