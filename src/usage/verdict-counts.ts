import { bucketOf } from './duration-buckets.js';

/** What the rollup counts of one verdict. */
export interface Verdict {
  /** Why the request was refused; undefined if it was served. */
  readonly problem: string | undefined;
  /** The signature hint in the response. */
  readonly hint: string | undefined;
  readonly durationSeconds: number;
  /** The consumer key in the request, whether or not its signature is valid. */
  readonly consumerKey: string | undefined;
  /** Whether the key was looked up and found. */
  readonly isConsumerKnown: boolean;
}

/**
 * Counts by code: `served`, codes of problems, `hint:CODE`, and only for the whole service `ms:BUCKET`
 * (duration-buckets.ts).
 */
export type Counts = Readonly<Record<string, number>>;

/** How many consumer keys are counted until the next write. */
export interface CountedKeys {
  readonly consumers: number;
  /** How many of these may be keys that were not looked up. An unauthenticated client can send any number of keys. */
  readonly claimed: number;
}

/**
 * Counts verdicts in memory until they are written. Memory is bounded: codes come from fixed lists, and the number of
 * keys is limited. Verdicts beyond the limit are counted only for the whole service.
 */
export class VerdictCounts {
  private service = new Map<string, number>();
  private consumers = new Map<string, Map<string, number>>();
  private claimed = 0;

  constructor(private readonly room: CountedKeys) {}

  add({ problem, hint, durationSeconds, consumerKey, isConsumerKnown }: Verdict): void {
    const code = problem ?? 'served';
    increase(this.service, code);
    if (hint !== undefined) increase(this.service, `hint:${hint}`);
    increase(this.service, bucketOf(durationSeconds));
    if (consumerKey === undefined || problem === 'consumer_key_unknown') return;
    const counts = this.countsOf(consumerKey, isConsumerKnown);
    if (!counts) return;
    increase(counts, code);
    if (hint !== undefined) increase(counts, `hint:${hint}`);
  }

  /**
   * Returns and resets all counts. Every process sorts the keys in the same order, so that two processes cannot
   * deadlock on each other's rows.
   */
  take(): { service: Counts; consumers: (readonly [consumerKey: string, counts: Counts])[] } {
    const service = Object.fromEntries(this.service);
    const consumers = [...this.consumers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, counts]) => [key, Object.fromEntries(counts)] as const);
    this.service = new Map();
    this.consumers = new Map();
    this.claimed = 0;
    return { service, consumers };
  }

  private countsOf(consumerKey: string, isKnown: boolean): Map<string, number> | undefined {
    const found = this.consumers.get(consumerKey);
    if (found) return found;
    if (this.consumers.size >= this.room.consumers) return undefined;
    if (!isKnown) {
      if (this.claimed >= this.room.claimed) return undefined;
      this.claimed += 1;
    }
    const counts = new Map<string, number>();
    this.consumers.set(consumerKey, counts);
    return counts;
  }
}

const increase = (counts: Map<string, number>, code: string): void =>
  void counts.set(code, (counts.get(code) ?? 0) + 1);
