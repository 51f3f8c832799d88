import type { SecretPlace } from '../secrets/secret-box.js';

/** Which line of which file a staged row is. */
export interface StagedLine {
  readonly key: string;
  /** Of the file (imports.mac_context), in hexadecimal; null where an earlier release began it. */
  readonly context: string | null;
  readonly line: number;
}

/**
 * Where a secret is sealed while its row is staged: for its line of its file alone. So the seal of a dry run, or of
 * another file, opens in no live row and in no other import.
 */
export const stagedSecret = (
  table: 'import_consumers' | 'import_tokens',
  column: 'secret' | 'previous_secret',
  { key, context, line }: StagedLine,
): SecretPlace => ({ table, row: JSON.stringify([key, context, line]), column });
