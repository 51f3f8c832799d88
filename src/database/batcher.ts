import { StoreUnavailable } from '../failures/store-unavailable.js';

/** Work that several callers can have done by one statement. */
export interface BatchOptions<Item, Result> {
  /** Two items of one key are never in one statement. */
  readonly keyOf: (item: Item) => string;
  /**
   * `wait`: the second item of a key goes with a later statement, so that it meets what the first
   * left behind. `share`: it is the same question, and gets the same answer.
   */
  readonly sameKey: 'wait' | 'share';
  /**
   * Sends one statement; resolves to one result for each item, in their order. `since`, by performance.now(), is
   * when the items were first sent: an item that is sent again by itself has no more time for that.
   */
  readonly send: (items: readonly Item[], since: number) => Promise<Result[]>;
  /**
   * How many statements may be under way, 2 by default. 1 where they would wait for each other: what comes
   * meanwhile makes the next one larger.
   */
  readonly flights?: number;
  /** Hears how many items each statement carried. */
  readonly onSent?: (size: number) => void;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly key: string;
  readonly answer: Promise<Result>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Wide enough for any burst, and no statement grows beyond what the server answers in a moment. */
const ITEMS_MAX = 128;
/** One would leave the database idle while the process reads an answer and writes the next question. */
const FLIGHTS_MAX = 2;
/** A statement that takes longer waits for something; what comes behind it need not. */
const SLOW_FLIGHT_MS = 50;

/**
 * Sends what arrives together as one statement: one round trip, one transaction and one flush to
 * disk for all of them. Nobody waits for company. What comes in while the database is idle leaves
 * at the end of the same turn of the event loop; what comes in while statements are under way
 * leaves together as soon as one of them is back.
 *
 * A row that the database refuses fails alone: the statement was rolled back as a whole, so each of
 * its items is sent again by itself.
 */
export class Batcher<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private flights = 0;
  private departure: NodeJS.Immediate | undefined;

  constructor(private readonly work: BatchOptions<Item, Result>) {}

  /** The result for one item. Rejects with what `send` rejects with for it. */
  run(item: Item): Promise<Result> {
    const key = this.work.keyOf(item);
    if (this.work.sameKey === 'share') {
      const same = this.waiting.find((one) => one.key === key);
      if (same) return same.answer;
    }
    const { promise, resolve, reject } = promiseWithResolvers<Result>();
    this.waiting.push({ item, key, answer: promise, resolve, reject });
    this.departure ??= setImmediate(() => {
      this.departure = undefined;
      this.depart();
    });
    return promise;
  }

  private depart(): void {
    while (this.waiting.length > 0 && this.flights < (this.work.flights ?? FLIGHTS_MAX)) {
      this.flights += 1;
      let landed = false;
      const land = () => {
        if (landed) return;
        landed = true;
        clearTimeout(slow);
        this.flights -= 1;
        this.depart();
      };
      const slow = setTimeout(land, SLOW_FLIGHT_MS);
      void this.fly(this.board()).finally(land);
    }
  }

  /** Takes the first of each key. */
  private board(): Waiting<Item, Result>[] {
    const boarded = new Map<string, Waiting<Item, Result>>();
    const left: Waiting<Item, Result>[] = [];
    for (const one of this.waiting) {
      if (boarded.size < ITEMS_MAX && !boarded.has(one.key)) boarded.set(one.key, one);
      else left.push(one);
    }
    this.waiting = left;
    return [...boarded.values()];
  }

  private async fly(
    party: readonly Waiting<Item, Result>[],
    since = performance.now(),
  ): Promise<void> {
    this.work.onSent?.(party.length);
    try {
      const results = await this.work.send(
        party.map(({ item }) => item),
        since,
      );
      party.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      if (party.length > 1 && mayBeTheFaultOfOne(error)) {
        await Promise.all(party.map((one) => this.fly([one], since)));
      } else {
        party.forEach(({ reject }) => reject(error));
      }
    }
  }
}

const WAITED_FOR_ONE_ROW = new Set(['40P01', '55P03']); // deadlock, lock_timeout

/** The server rolled the statement back for what may be a single row of it. */
function mayBeTheFaultOfOne(error: unknown): boolean {
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
