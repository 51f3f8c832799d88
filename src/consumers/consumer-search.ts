import type { ConsumerStatus } from './consumer.js';

/** Which consumers a list shows. */
export interface ConsumerFilter {
  readonly status?: ConsumerStatus | undefined;
  /** Part of the key or of the name. */
  readonly q?: string | undefined;
}

/** Where a page of a list ended: the row after which the next one begins. */
export interface ConsumerPosition {
  readonly createdAt: Date;
  readonly consumerKey: string;
}

/**
 * How many consumers are looked through one by one. What many have in common is found among them;
 * what few have is then looked up in the index. Both take a few milliseconds (docs/lists.md).
 */
export const LOOKED_THROUGH = 10_000;

const SMALL_KEY = 'lower(consumer_key COLLATE "default")';
/** As the index has it, letter by letter (migration 0010). */
const PIECES = `text_pieces(${SMALL_KEY} || E'\\n' || small_name)`;
const MATCHES = `(strpos(small_name, lower(:q)) > 0 OR strpos(${SMALL_KEY}, lower(:q)) > 0)`;

/**
 * The query for the keys of one page of the consumers that have a text somewhere in their key or name.
 *
 * An index over parts of texts knows no order: it finds all, to be sorted. The list in its order knows
 * nothing of parts: it may be read to its end in vain. So the order is followed for a while, as far as
 * the `edge`, and then the index is asked for the rest. `AS MATERIALIZED` keeps the planner from
 * following the order any further, in the hope that the next match is near, and from reading the rest
 * of the order as well, to leave out what the index finds before the edge.
 *
 * @returns SQL and its values, by name
 */
export function consumerSearch(
  { status, q }: ConsumerFilter & { readonly q: string },
  after: ConsumerPosition | undefined,
  limit: number,
): { sql: string; values: Record<string, unknown> } {
  const ofStatus = status ? 'AND status = :status' : '';
  const behind = after ? 'AND (created_at, consumer_key) > (:createdAt, :consumerKey)' : '';
  const sql = `
    WITH edge AS MATERIALIZED (
      SELECT created_at, consumer_key FROM consumers WHERE true ${ofStatus} ${behind}
      ORDER BY created_at, consumer_key OFFSET ${LOOKED_THROUGH - 1} LIMIT 1
    ), near AS MATERIALIZED (
      SELECT created_at, consumer_key FROM consumers
      WHERE ${MATCHES} ${ofStatus} ${behind}
        AND (created_at, consumer_key) <= (
          coalesce((SELECT created_at FROM edge), 'infinity'),
          coalesce((SELECT consumer_key FROM edge), ''))
      ORDER BY created_at, consumer_key LIMIT :limit
    ), far AS MATERIALIZED (
      SELECT created_at, consumer_key, status FROM consumers
      WHERE (SELECT count(*) FROM near) < :limit AND EXISTS (SELECT FROM edge)
        AND ${PIECES} @> pieces_to_find(lower(:q)) AND ${MATCHES}
    )
    SELECT consumer_key FROM (
      TABLE near
      UNION ALL
      SELECT created_at, consumer_key FROM far
      WHERE (created_at, consumer_key) > (SELECT created_at, consumer_key FROM edge) ${ofStatus}
    ) found
    ORDER BY created_at, consumer_key LIMIT :limit`;
  return { sql, values: { q, limit, ...(status && { status }), ...after } };
}
