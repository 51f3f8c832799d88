/** One thing that is wrong with a file. */
export interface LineFault {
  /** Counted from 1; 0 for the file as a whole. */
  readonly line: number;
  /** JSON pointer within the line; empty for all of it. */
  readonly pointer: string;
  /** Completes the sentence; never repeats a secret. */
  readonly detail: string;
}

/**
 * A file that was not taken over, nothing of it.
 *
 * `invalid`: lines break the rules. `taken`: what they bring is there already, or belongs to a consumer
 * that is not. `busy`: another process is at the same file.
 */
export class ImportRefused extends Error {
  /** @param faults the first of them, by line */
  constructor(
    readonly reason: 'invalid' | 'taken' | 'busy',
    readonly faults: readonly LineFault[],
  ) {
    super(`The file was refused: ${reason}`);
  }
}

/** @param detail of the file as a whole */
export const refusedAsWhole = (reason: 'invalid' | 'taken', detail: string): ImportRefused =>
  new ImportRefused(reason, [{ line: 0, pointer: '', detail }]);

/** What is staged is not what this file's lines were staged as; an earlier release bound them to no file. */
export const ALTERED =
  'was altered while it was staged, or staged by an earlier release; import it again';
