import type { Query } from '../database/statements.js';

export const ACCESS_TOKEN_STATUSES = ['active', 'expired', 'revoked'] as const;

export type AccessTokenStatus = (typeof ACCESS_TOKEN_STATUSES)[number];

/** An access token as staff see it; its secret is not there. */
export interface ListedAccessToken {
  readonly token: string;
  readonly consumerKey: string;
  readonly subject: string;
  readonly scopes: string[];
  /** A token that is both is `revoked`. */
  readonly status: AccessTokenStatus;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Which tokens a list shows. */
export interface AccessTokenFilter {
  readonly consumerKey?: string | undefined;
  readonly subject?: string | undefined;
  readonly status?: AccessTokenStatus | undefined;
}

/** Where a page of a list ended. */
export interface AccessTokenPosition {
  readonly createdAt: Date;
  readonly token: string;
}

/** What is selected of a row `t`. */
export const FOUND_TOKEN = `
  t.token, t.consumer_key AS "consumerKey", t.subject, t.scopes,
  CASE
    WHEN t.revoked_at IS NOT NULL THEN 'revoked'
    WHEN t.expires_at <= now() THEN 'expired'
    ELSE 'active'
  END AS status,
  t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt"`;

/**
 * When a token stops being active: at its expiry, never, or before all time when it is revoked. The
 * indexes that lists are read from end with it, letter by letter (migration 0010), so that a token of
 * another status is passed over without a look at its row.
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
 * The span of an index that is read is named, and its order asked for: told only that a column is equal
 * to a value, the planner would follow the age of all tokens, in the hope that matches are spread among
 * them. Of a consumer and a subject together, the subject is the one with fewer tokens; the index ends
 * with a hash of the consumer (migration 0010).
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
    conditions.push('t.revoked_at IS NOT NULL'); // as access_tokens_revoked_by_age has it
  } else if (status !== undefined) {
    conditions.push(OF_STATUS[status]);
  }
  const text = `
    SELECT ${FOUND_TOKEN} FROM access_tokens t WHERE ${conditions.join(' AND ')}
    ORDER BY ${order} LIMIT $1`;
  return { text, values };
}
