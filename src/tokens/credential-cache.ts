import { LRUCache } from 'lru-cache';

/** What a row takes in memory on top of its own octets, roughly. */
const OVERHEAD_OCTETS = 500;

/**
 * Rows of consumers or tokens by their keys, in bounded memory. Nothing here expires: a notification of a change drops
 * its row, and a change feed that may have missed one clears the cache (database/change-feed.ts has the lease).
 */
export class CredentialCache<Row extends object> {
  private readonly rows: LRUCache<string, Row>;
  /** Changes whenever a row is dropped; a read that began earlier may have seen an old row. */
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

  /** Reads a row and caches it, unless a row was dropped meanwhile. */
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
