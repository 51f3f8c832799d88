import type { ConsumerStatus } from './consumer-fields.js';

/** Which consumers a list shows. */
export interface ConsumerFilter {
  readonly status?: ConsumerStatus | undefined;
  /** Part of the key or of the name. */
  readonly q?: string | undefined;
  /** As they were registered: the oldest first, or the newest. */
  readonly order?: 'asc' | 'desc' | undefined;
}

/** Where a page of a list ended: the row after which the next one begins. */
export interface ConsumerPosition {
  readonly createdAt: Date;
  readonly consumerKey: string;
}

/** How many consumers are looked through one by one; it takes a few milliseconds (docs/lists.md). */
export const LOOKED_THROUGH = 10_000;

/** The share of the table that is looked at to tell how common a part is, and from how many hits it is. */
const SAMPLED_PERCENT = 0.1;
const COMMON_FROM = 30;

/** As the index has it, letter by letter (migration 0010). */
const SEARCHED = `coalesce(searched, lower(consumer_key COLLATE "default") || E'\\n' || lower(name))`;
const MATCHES = `strpos(${SEARCHED}, lower(:q)) > 0`;
/**
 * The same for a row `o`, within an index of the list's order: only what was too long for it is fetched,
 * row by row (EXISTS would be answered by reading the whole table into memory).
 */
const MATCHES_IN_ORDER = `
        CASE WHEN o.searched IS NULL
          THEN (SELECT ${MATCHES} FROM consumers own WHERE own.consumer_key = o.consumer_key)
          ELSE strpos(o.searched, lower(:q)) > 0 END`;

/**
 * The query for the keys of one page of the consumers that have a text somewhere in their key or name.
 *
 * An index over parts of texts knows no order: it finds all, to be sorted. The list in its order knows
 * nothing of parts: it may be read to its end in vain. So the next consumers in the order are looked
 * through, as far as the `edge`. When that does not fill the page, a sample tells whether the part is
 * `common`: then the order is followed further, since the next match can't be far, or the end is near.
 * What is not common is found by the index.
 *
 * `AS MATERIALIZED` and `OFFSET 0` keep the planner from mixing these ways.
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
