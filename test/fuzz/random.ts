/** A seeded random number generator: the same seed gives the same numbers. */
export class Random {
  constructor(private state: number) {}

  /** An integer from 0 up to the bound, exclusive (mulberry32). */
  below(bound: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * bound);
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  chance(outOf: number): boolean {
    return this.below(outOf) === 0;
  }
}
