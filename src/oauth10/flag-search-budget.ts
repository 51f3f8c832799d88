import { LRUCache } from 'lru-cache';

const CONSUMERS_MAX = 10_000;
/** Of the only thread, for searches in vain under the flags of one consumer. */
const MS_PER_SECOND = 20;
const MOST_MS = 150;

/**
 * A wrong signature is tried under each flag of the consumer's, which takes a long request tens of milliseconds,
 * and who knows the consumer key can send one. So what searches in vain take is counted for each consumer;
 * those that find something cost nothing of it.
 */
export class FlagSearchBudget {
  private readonly spent = new LRUCache<string, { readonly ms: number; readonly at: number }>({
    max: CONSUMERS_MAX,
  });

  /** @param now milliseconds that only grow */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether the flags are not tried for now. */
  isSpent(consumerKey: string): boolean {
    return this.level(consumerKey) >= MOST_MS;
  }

  /** A search in vain took so long. */
  spend(consumerKey: string, ms: number): void {
    this.spent.set(consumerKey, { ms: this.level(consumerKey) + ms, at: this.now() });
  }

  private level(consumerKey: string): number {
    const { ms, at } = this.spent.get(consumerKey) ?? { ms: 0, at: 0 };
    return Math.max(0, ms - ((this.now() - at) / 1000) * MS_PER_SECOND);
  }
}
