/** Runs a check once for all concurrent callers, and reuses its result for a while. */
export class SharedCheck<Found> {
  private isRunning = false;
  private last: { readonly at: number; readonly found: Promise<Found> } | undefined;

  /**
   * @param check must not reject, and must end by itself
   * @param freshMs how long a result is reused, from the start of its check
   */
  constructor(
    private readonly check: () => Promise<Found>,
    private readonly freshMs: number,
  ) {}

  now(): Promise<Found> {
    const at = performance.now();
    if (this.last === undefined || (!this.isRunning && at - this.last.at >= this.freshMs)) {
      this.isRunning = true;
      const found = this.check().finally(() => (this.isRunning = false));
      this.last = { at, found };
    }
    return this.last.found;
  }
}
