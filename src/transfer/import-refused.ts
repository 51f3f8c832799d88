/** One fault of a file. */
export interface LineFault {
  /** Counted from 1; 0 for the file as a whole. */
  readonly line: number;
  /** JSON pointer within the line; empty for the whole line. */
  readonly pointer: string;
  /** The rest of the sentence about the line or property; never contains a secret. */
  readonly detail: string;
}

/**
 * The file was refused, and nothing of it was imported.
 *
 * `invalid`: lines break the rules. `taken`: what they contain exists already, or their consumer does not exist.
 * `busy`: another process imports the same file.
 */
export class ImportRefused extends Error {
  /** @param faults the first faults, by line */
  constructor(
    readonly reason: 'invalid' | 'taken' | 'busy',
    readonly faults: readonly LineFault[],
  ) {
    super(`The file was refused: ${reason}`);
  }
}

/** @param detail the fault of the whole file */
export const refusedAsWhole = (reason: 'invalid' | 'taken', detail: string): ImportRefused =>
  new ImportRefused(reason, [{ line: 0, pointer: '', detail }]);

/**
 * The staged rows differ from the rows that this file's lines gave, or an earlier release staged them without binding
 * them to a file.
 */
export const ALTERED =
  'was altered while it was staged, or staged by an earlier release; import it again';
