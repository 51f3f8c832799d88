import type { Query } from '../database/statements.js';

export const ACCESS_TOKEN_STATUSES = ['active', 'expired', 'revoked'] as const;

export type AccessTokenStatus = (typeof ACCESS_TOKEN_STATUSES)[number];

/** An access token as staff see it, without its secret. */
export interface ListedAccessToken {
  readonly token: string;
  readonly consumerKey: string;
  readonly subject: string;
  readonly scopes: string[];
  /** A token that is expired and revoked is `revoked`. */
  readonly status: AccessTokenStatus;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Filters of a list of tokens. */
export interface AccessTokenFilter {
  readonly consumerKey?: string | undefined;
  readonly subject?: string | undefined;
  readonly status?: AccessTokenStatus | undefined;
}

/** The last token of a page. */
export interface AccessTokenPosition {
  readonly createdAt: Date;
  readonly token: string;
}

/** The columns that are selected from a row `t`. */
export const FOUND_TOKEN = `
  t.token, t.consumer_key AS "consumerKey", t.subject, t.scopes,
  CASE
    WHEN t.revoked_at IS NOT NULL THEN 'revoked'
    WHEN t.expires_at <= now() THEN 'expired'
    ELSE 'active'
  END AS status,
  t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt"`;

/**
 * When a token stops being active: at its expiry, never, or at -infinity if it is revoked. The indexes of the
 * lists end with exactly this expression (migration 0010), so that PostgreSQL skips tokens of another status
 * without reading their rows.
 */
const LAPSES_AT = `(
  CASE WHEN t.revoked_at IS NULL THEN coalesce(t.expires_at, 'infinity') ELSE '-infinity' END)`;

const OF_STATUS: Record<AccessTokenStatus, string> = {
  active: `${LAPSES_AT} > now()`,
  expired: `${LAPSES_AT} > '-infinity' AND ${LAPSES_AT} <= now()`,
  revoked: `${LAPSES_AT} = '-infinity'`,
};

/**
 * The query for one page, oldest first.
 *
 * The conditions name a range of an index, and the query asks for the order of that index. If a column were
 * only compared for equality, the planner would scan all tokens by age, because it assumes that the matches are
 * spread evenly. For a consumer and a subject together, the query uses the index by subject, because subjects
 * have fewer tokens; that index ends with a hash of the consumer key (migration 0010).
 */
export function pageQuery(
  { consumerKey, subject, status }: AccessTokenFilter,
  after: AccessTokenPosition | undefined,
  limit: number,
): Query {
  const values: unknown[] = [limit, after?.createdAt ?? '-infinity', after?.token ?? ''];
  const put = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  let order = 't.created_at, t.token';
  let sought = '';
  if (subject !== undefined) {
    order = `t.subject, ${order}`;
    sought = `${put(subject)}, `;
  } else if (consumerKey !== undefined) {
    order = `t.consumer_key, ${order}`;
    sought = `${put(consumerKey)}, `;
  }
  conditions.push(`(${order}) > (${sought}$2::timestamptz, $3)`);
  if (sought !== '') conditions.push(`(${order}) < (${sought}'infinity'::timestamptz, '')`);
  if (subject !== undefined && consumerKey !== undefined) {
    const key = `${put(consumerKey)}::text`;
    conditions.push(
      `t.consumer_key = ${key}`,
      `hashtextextended(t.consumer_key, 0) = hashtextextended(${key}, 0)`,
    );
  }
  if (status === 'revoked' && sought === '') {
    conditions.push('t.revoked_at IS NOT NULL'); // the condition of the index access_tokens_revoked_by_age
  } else if (status !== undefined) {
    conditions.push(OF_STATUS[status]);
  }
  const text = `
    SELECT ${FOUND_TOKEN} FROM access_tokens t WHERE ${conditions.join(' AND ')}
    ORDER BY ${order} LIMIT $1`;
  return { text, values };
}
