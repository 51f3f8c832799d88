import type { TestDatabase } from './database.js';

/** How many rows imports have left: taken over, and staged or begun. */
export async function transferRows(
  database: TestDatabase,
): Promise<Record<'consumers' | 'tokens' | 'staged', number> | undefined> {
  const [row] = await database.query<Record<'consumers' | 'tokens' | 'staged', number>>(
    `SELECT (SELECT count(*)::int FROM consumers) AS consumers,
      (SELECT count(*)::int FROM access_tokens) AS tokens,
      (SELECT count(*)::int FROM import_consumers) + (SELECT count(*)::int FROM import_tokens)
        + (SELECT count(*)::int FROM imports) AS staged`,
  );
  return row;
}

export const NO_ROWS = { consumers: 0, tokens: 0, staged: 0 };
