/** Something that comes to its end and is then in the way. */
export interface Sweep {
  /** For the metrics. */
  readonly name: string;
  /**
   * Clears away a bounded part of it.
   *
   * @returns how much went; less than `full` means that there is no more for now
   */
  batch(): Promise<number>;
  readonly full: number;
}
