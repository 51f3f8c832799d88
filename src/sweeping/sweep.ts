/** One kind of rows or partitions that the sweep deletes after they expire. */
export interface Sweep {
  /** Label of the metrics. */
  readonly name: string;
  /**
   * Deletes a limited number of them.
   *
   * @returns how many were deleted; less than `full` means that none are left for now
   */
  batch(): Promise<number>;
  readonly full: number;
}
