import { LRUCache } from 'lru-cache';

/** What a row takes in memory beside its own octets, by rough measure. */
const OVERHEAD_OCTETS = 500;

/**
 * Rows by their keys, in bounded memory. What is remembered goes stale by itself: whoever hears of a
 * change drops the row, and whoever may have missed one clears them all.
 */
export class RememberedRows<Row extends object> {
  private readonly rows: LRUCache<string, Row>;
  /** Changes whenever something was dropped; a read that began before may have seen what is no more. */
  private age = 0;

  constructor(octetsMax: number) {
    this.rows = new LRUCache({
      maxSize: octetsMax,
      sizeCalculation: (row) => JSON.stringify(row).length + OVERHEAD_OCTETS,
    });
  }

  get(key: string): Row | undefined {
    return this.rows.get(key);
  }

  /** Reads a row and remembers it, unless a change was heard of meanwhile. */
  async learn(key: string, read: () => Promise<Row | undefined>): Promise<Row | undefined> {
    const { age } = this;
    const row = await read();
    if (row && age === this.age) this.rows.set(key, row);
    return row;
  }

  drop(key: string): void {
    this.age += 1;
    this.rows.delete(key);
  }

  clear(): void {
    this.age += 1;
    this.rows.clear();
  }
}
