import { LRUCache } from 'lru-cache';

const CONSUMERS_MAX = 10_000;
/** Processor time of the only thread for unsuccessful searches under the flags of one consumer. */
const MS_PER_SECOND = 20;
const MOST_MS = 150;

/**
 * Limits the time for trying a wrong signature under each flag of its consumer. That takes tens of milliseconds for
 * a long request, and anyone who knows the consumer key can send one. The time of unsuccessful searches is counted
 * for each consumer; successful searches are not counted.
 */
export class FlagSearchBudget {
  private readonly spent = new LRUCache<string, { readonly ms: number; readonly at: number }>({
    max: CONSUMERS_MAX,
  });

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether the budget is used up, so that flags are not tried now. */
  isSpent(consumerKey: string): boolean {
    return this.level(consumerKey) >= MOST_MS;
  }

  /** Counts the time of an unsuccessful search. */
  spend(consumerKey: string, ms: number): void {
    this.spent.set(consumerKey, { ms: this.level(consumerKey) + ms, at: this.now() });
  }

  private level(consumerKey: string): number {
    const { ms, at } = this.spent.get(consumerKey) ?? { ms: 0, at: 0 };
    return Math.max(0, ms - ((this.now() - at) / 1000) * MS_PER_SECOND);
  }
}
