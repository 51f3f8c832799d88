import type { TestDatabase } from './database.js';

/** The number of consumers, of access tokens, and of rows of unfinished imports. */
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
