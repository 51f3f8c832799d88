/**
 * One look serves all who ask while it is under way, and for a while after it began. However many ask,
 * what is looked at is asked once in that time.
 */
export class SharedLook<Found> {
  private isUnderWay = false;
  private last: { readonly at: number; readonly found: Promise<Found> } | undefined;

  /**
   * @param look never rejects, and ends by itself
   * @param freshMs how old the beginning of a look may be
   */
  constructor(
    private readonly look: () => Promise<Found>,
    private readonly freshMs: number,
  ) {}

  now(): Promise<Found> {
    const at = performance.now();
    if (this.last === undefined || (!this.isUnderWay && at - this.last.at >= this.freshMs)) {
      this.isUnderWay = true;
      const found = this.look().finally(() => (this.isUnderWay = false));
      this.last = { at, found };
    }
    return this.last.found;
  }
}
