import type { ConsumerStatus } from './consumer-fields.js';

/** Filters of a list of consumers. */
export interface ConsumerFilter {
  readonly status?: ConsumerStatus | undefined;
  /** Part of the key or of the name. */
  readonly q?: string | undefined;
  /** By registration: oldest first (asc) or newest first (desc). */
  readonly order?: 'asc' | 'desc' | undefined;
}

/** The last row of a page; the next page begins after it. */
export interface ConsumerPosition {
  readonly createdAt: Date;
  readonly consumerKey: string;
}

/** How many consumers are searched one by one; this takes a few milliseconds (docs/lists.md). */
export const LOOKED_THROUGH = 10_000;

/** The sample of the table that tells how common a search text is, and the number of matches that makes it common. */
const SAMPLED_PERCENT = 0.1;
const COMMON_FROM = 30;

/** Exactly the expression of the index (migration 0010). */
const SEARCHED = `coalesce(searched, lower(consumer_key COLLATE "default") || E'\\n' || lower(name))`;
const MATCHES = `strpos(${SEARCHED}, lower(:q)) > 0`;
/**
 * The same for a row `o`, within an index in the order of the list. Only rows whose text is too long for that
 * index are fetched, one by one (with EXISTS, PostgreSQL would read the whole table into memory).
 */
const MATCHES_IN_ORDER = `
        CASE WHEN o.searched IS NULL
          THEN (SELECT ${MATCHES} FROM consumers own WHERE own.consumer_key = o.consumer_key)
          ELSE strpos(o.searched, lower(:q)) > 0 END`;

/**
 * The query for the keys of one page of the consumers that have a text somewhere in their key or name.
 *
 * The index over parts of texts is not in the order of the list: PostgreSQL would find all matches and sort
 * them. The index in that order does not know parts of texts: PostgreSQL might read all of it and find nothing.
 * So the query first searches the next consumers in order, up to the `edge`. If they do not fill the page, a
 * sample tells whether the text is `common`. If it is, the query continues in order, because the next match or
 * the end is near. If it is not, the query uses the index over parts.
 *
 * `AS MATERIALIZED` and `OFFSET 0` prevent the planner from combining these ways.
 *
 * @returns SQL and its values, by name
 */
export function consumerSearch(
  { status, q, order = 'asc' }: ConsumerFilter & { readonly q: string },
  after: ConsumerPosition | undefined,
  limit: number,
): { sql: string; values: Record<string, unknown> } {
  const ofStatus = status ? 'AND status = :status' : '';
  const isBehind = order === 'asc' ? '>' : '<';
  const behind = after
    ? `AND (created_at, consumer_key) ${isBehind} (:createdAt, :consumerKey)`
    : '';
  const inOrder = `ORDER BY created_at ${order}, consumer_key ${order}`;
  const isIncomplete = '(SELECT count(*) FROM near) < :limit AND EXISTS (SELECT FROM edge)';
  const behindEdge = `(created_at, consumer_key) ${isBehind}
        ((SELECT created_at FROM edge), (SELECT consumer_key FROM edge))`;
  const sql = `
    WITH edge AS MATERIALIZED (
      SELECT created_at, consumer_key FROM consumers WHERE true ${ofStatus} ${behind}
      ${inOrder} OFFSET ${LOOKED_THROUGH - 1} LIMIT 1
    ), near AS MATERIALIZED (
      SELECT created_at, consumer_key FROM (
        SELECT created_at, consumer_key, searched FROM consumers WHERE true ${ofStatus} ${behind}
        ${inOrder} LIMIT ${LOOKED_THROUGH}
      ) o
      WHERE ${MATCHES_IN_ORDER} ${inOrder} LIMIT :limit
    ), common AS MATERIALIZED (
      SELECT count(*) >= ${COMMON_FROM} AS is_so
      FROM consumers TABLESAMPLE SYSTEM (${SAMPLED_PERCENT}) REPEATABLE (0) WHERE ${MATCHES}
    ), by_order AS MATERIALIZED (
      SELECT created_at, consumer_key FROM consumers o
      WHERE ${isIncomplete} AND (SELECT is_so FROM common)
        AND ${MATCHES_IN_ORDER} ${ofStatus} AND ${behindEdge}
      ${inOrder} LIMIT :limit
    ), by_part AS MATERIALIZED (
      SELECT created_at, consumer_key FROM (
        SELECT created_at, consumer_key FROM consumers
        WHERE ${isIncomplete} AND NOT (SELECT is_so FROM common)
          AND text_pieces(${SEARCHED}) @> pieces_to_find(lower(:q)) AND ${MATCHES} ${ofStatus}
        OFFSET 0
      ) found
      WHERE ${behindEdge} ${inOrder} LIMIT :limit
    )
    SELECT consumer_key FROM (
      TABLE near UNION ALL TABLE by_order UNION ALL TABLE by_part
    ) found
    ${inOrder} LIMIT :limit`;
  return { sql, values: { q, limit, ...(status && { status }), ...after } };
}
