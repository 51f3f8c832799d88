import { bucketOf } from './duration-buckets.js';

/** What the rollup is told of one verdict. */
export interface Verdict {
  /** Why the request was refused; undefined: it was served. */
  readonly problem: string | undefined;
  /** The hint that its signer was given. */
  readonly hint: string | undefined;
  readonly durationSeconds: number;
  /** Who signed, or says so. */
  readonly consumerKey: string | undefined;
  /** Whether the key was looked up and found. */
  readonly isConsumerKnown: boolean;
}

/**
 * How often each thing was seen: `served`, codes of problems, `hint:CODE`, and for the whole service `ms:BUCKET`
 * (duration-buckets.ts).
 */
export type Counts = Readonly<Record<string, number>>;

/** For how many keys there is room until the next writing. */
export interface CountedKeys {
  readonly consumers: number;
  /** Of these, for keys that nobody has looked up yet: a stranger may send what he likes. */
  readonly claimed: number;
}

/**
 * Counts verdicts in memory until they are written. Codes come from fixed lists, and keys have an end: what
 * finds no room is counted for the service alone.
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

  /** Takes all, by keys in one order everywhere, so that two processes never wait for each other's rows. */
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
