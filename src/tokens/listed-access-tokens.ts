import type { Statement } from '../database/statements.js';

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

const OF_STATUS: Record<AccessTokenStatus, string> = {
  active: 't.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())',
  expired: 't.revoked_at IS NULL AND t.expires_at <= now()',
  revoked: 't.revoked_at IS NOT NULL',
};

/**
 * The statement for one page, oldest first. Only the conditions that are asked for stand in it, so
 * that the server plans each kind of list by the index that fits.
 */
export function pageStatement(
  { consumerKey, subject, status }: AccessTokenFilter,
  after: AccessTokenPosition | undefined,
  limit: number,
): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [limit];
  const put = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  const name = ['page-of-access-tokens'];
  if (consumerKey !== undefined) {
    conditions.push(`t.consumer_key = ${put(consumerKey)}`);
    name.push('consumer');
  }
  if (subject !== undefined) {
    conditions.push(`t.subject = ${put(subject)}`);
    name.push('subject');
  }
  if (status !== undefined) {
    conditions.push(OF_STATUS[status]);
    name.push(status);
  }
  if (after) {
    conditions.push(
      `(t.created_at, t.token) > (${put(after.createdAt)}::timestamptz, ${put(after.token)})`,
    );
    name.push('after');
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const text = `
    SELECT ${FOUND_TOKEN} FROM access_tokens t ${where}
    ORDER BY t.created_at, t.token LIMIT $1`;
  return { statement: { name: name.join('-'), text }, values };
}
