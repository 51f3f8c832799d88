import type { SecretPlace } from '../secrets/secret-box.js';

/** The line of the file from which a row was staged. */
export interface StagedLine {
  readonly key: string;
  /** The context of the file (imports.mac_context), in hexadecimal; null if an earlier release began the import. */
  readonly context: string | null;
  readonly line: number;
}

/**
 * The place for which a secret is sealed while its row is staged: one line of one file. So a secret from a dry run,
 * or from another file, cannot be opened in a live row or in another import.
 */
export const stagedSecret = (
  table: 'import_consumers' | 'import_tokens',
  column: 'secret' | 'previous_secret',
  { key, context, line }: StagedLine,
): SecretPlace => ({ table, row: JSON.stringify([key, context, line]), column });
