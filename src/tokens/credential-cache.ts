import { LRUCache } from 'lru-cache';

/** The approximate memory of a row, in addition to its own octets. */
const OVERHEAD_OCTETS = 500;

/**
 * Rows of consumers or tokens by their keys, in limited memory. Rows do not expire: a notification of a change
 * drops the row, and a change feed that may have missed a notification clears the cache
 * (database/change-feed.ts has the lease).
 */
export class CredentialCache<Row extends object> {
  private readonly rows: LRUCache<string, Row>;
  /** Increases whenever a row is dropped; an earlier read may have returned an old row. */
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
