import { StoreUnavailable } from '../failures/store-unavailable.js';

/**
 * Thrown by `send` when one item of the batch is at fault. `send` has rolled everything back; the batcher sends each
 * item again by itself, so that only the faulty one fails.
 */
export class FaultOfOne extends Error {}

/** Work of several callers that one statement can do. */
export interface BatchOptions<Item, Result> {
  /** A statement never contains two items with the same key. */
  readonly keyOf: (item: Item) => string;
  /**
   * `wait`: the second item of a key is sent in a later statement, so that it sees the effect of the first. `share`:
   * the second item is the same query as the first, and gets the same result.
   */
  readonly sameKey: 'wait' | 'share';
  /**
   * Sends one statement; resolves to one result for each item, in the order of the items. `since` is when the items
   * were first sent, by performance.now(). The time limit of an item that is sent again by itself also counts from
   * then.
   */
  readonly send: (items: readonly Item[], since: number) => Promise<Result[]>;
  /**
   * The most statements in flight, 2 by default. Use 1 if the statements would block each other; items that arrive
   * meanwhile make the next batch larger.
   */
  readonly maxInFlight?: number;
  /** Called with the number of items of each statement. */
  readonly onSent?: (size: number) => void;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly key: string;
  readonly answer: Promise<Result>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Large enough for any burst, and small enough that the server answers each statement quickly. */
const ITEMS_MAX = 128;
/** With only one, the database would be idle while the process reads a result and writes the next statement. */
const MAX_IN_FLIGHT = 2;
/** A statement that takes longer is probably blocked, so the next batch is sent without waiting for it. */
const SLOW_STATEMENT_MS = 50;
/** How many items of a failed batch are sent again at a time; more would use up the sessions of the pool. */
const RESENT_AT_ONCE = 4;
/** An item that has waited longer fails with StoreUnavailable, and its caller may retry. */
const RESENT_WITHIN_MS = 3_000;

/**
 * Sends items that arrive together as one SQL statement: one round trip, one transaction and one flush to disk for
 * all of them. There is no fixed delay. Items that arrive while nothing is in flight are sent at the end of the same
 * turn of the event loop. Items that arrive while statements are in flight are sent as one batch when the next of
 * these settles.
 *
 * A row that the database refuses fails alone. The whole statement was rolled back, so each of its items is sent
 * again by itself, RESENT_AT_ONCE of them at a time.
 */
export class Batcher<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private inFlight = 0;
  private scheduledFlush: NodeJS.Immediate | undefined;

  constructor(private readonly work: BatchOptions<Item, Result>) {}

  /** Resolves to the result for one item. Rejects with the error of `send` for the item. */
  run(item: Item): Promise<Result> {
    const key = this.work.keyOf(item);
    if (this.work.sameKey === 'share') {
      const same = this.waiting.find((one) => one.key === key);
      if (same) return same.answer;
    }
    const { promise, resolve, reject } = promiseWithResolvers<Result>();
    this.waiting.push({ item, key, answer: promise, resolve, reject });
    this.scheduledFlush ??= setImmediate(() => {
      this.scheduledFlush = undefined;
      this.flush();
    });
    return promise;
  }

  private flush(): void {
    while (this.waiting.length > 0 && this.inFlight < (this.work.maxInFlight ?? MAX_IN_FLIGHT)) {
      this.inFlight += 1;
      let settled = false;
      const settle = () => {
        if (settled) return;
        settled = true;
        clearTimeout(slow);
        this.inFlight -= 1;
        this.flush();
      };
      const slow = setTimeout(settle, SLOW_STATEMENT_MS);
      void this.send(this.takeBatch()).finally(settle);
    }
  }

  /** Takes the first item of each key; the others wait for a later statement. */
  private takeBatch(): Waiting<Item, Result>[] {
    const batch = new Map<string, Waiting<Item, Result>>();
    const left: Waiting<Item, Result>[] = [];
    for (const one of this.waiting) {
      if (batch.size < ITEMS_MAX && !batch.has(one.key)) batch.set(one.key, one);
      else left.push(one);
    }
    this.waiting = left;
    return [...batch.values()];
  }

  private async send(
    batch: readonly Waiting<Item, Result>[],
    since = performance.now(),
  ): Promise<void> {
    this.work.onSent?.(batch.length);
    try {
      const results = await this.work.send(
        batch.map(({ item }) => item),
        since,
      );
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      if (batch.length > 1 && mayBeTheFaultOfOne(error)) {
        await this.resend(batch, since, error);
      } else {
        batch.forEach(({ reject }) => reject(error));
      }
    }
  }

  private async resend(
    batch: readonly Waiting<Item, Result>[],
    since: number,
    refusal: unknown,
  ): Promise<void> {
    const left = [...batch];
    const oneByOne = async (): Promise<void> => {
      for (let one = left.shift(); one; one = left.shift()) {
        if (performance.now() - since > RESENT_WITHIN_MS) one.reject(new StoreUnavailable(refusal));
        else await this.send([one], since);
      }
    };
    await Promise.all(Array.from({ length: RESENT_AT_ONCE }, oneByOne));
  }
}

const WAITED_FOR_ONE_ROW = new Set(['40P01', '55P03']); // deadlock, lock_timeout

/** Whether the whole batch was rolled back because of what may be a single row. */
function mayBeTheFaultOfOne(error: unknown): boolean {
  if (error instanceof FaultOfOne) return true;
  const below = error instanceof StoreUnavailable ? error.cause : error;
  const { severity, code = '' } = (below ?? {}) as { severity?: string; code?: string };
  if (severity !== 'ERROR') return false;
  return below === error || WAITED_FOR_ONE_ROW.has(code);
}

function promiseWithResolvers<Result>() {
  let resolve!: (result: Result) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<Result>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
