import type { AuditActor } from '../audit/audit-event.js';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { Statements, type Statement } from '../database/statements.js';
import type { RevokedBy } from '../events/event.js';
import { Outbox, revokedTokens } from '../events/outbox.js';
import type { Transaction } from '../database/transactions.js';
import { AccessTokenRefused } from './access-token-refusals.js';
import { tokenRevoked } from './token-revoked.js';
import {
  FOUND_TOKEN,
  pageQuery,
  type AccessTokenFilter,
  type AccessTokenPosition,
  type ListedAccessToken,
} from './listed-access-tokens.js';

const FIND = {
  name: 'find-listed-access-token',
  text: `SELECT ${FOUND_TOKEN} FROM access_tokens t WHERE t.token = $1`,
};

// The time of the first revocation stays; a later one changes nothing.
const REVOKE = {
  name: 'revoke-access-token',
  text: `
    UPDATE access_tokens SET revoked_at = now() WHERE token = $1 AND revoked_at IS NULL
    RETURNING token`,
};

// Tokens are revoked in parts, so that no statement exceeds its time limit, however many tokens there are. The
// parts follow the order of the indexes by consumer and by subject, so that each part reads only its own rows.
const REVOKED_AT_ONCE = 5_000;
const revokePart = (name: string, returned: string, outboxed: string): Statement => ({
  name,
  text: `
    WITH part AS (
      SELECT created_at, token FROM access_tokens
      WHERE ($1::text IS NULL OR consumer_key = $1) AND ($2::text IS NULL OR subject = $2)
        AND revoked_at IS NULL AND (created_at, token) > ($3::timestamptz, $4)
      ORDER BY created_at, token LIMIT ${REVOKED_AT_ONCE}
    ), revoked AS (
      UPDATE access_tokens t SET revoked_at = now()
      FROM part WHERE t.token = part.token AND t.revoked_at IS NULL
      RETURNING ${returned}
    )${outboxed}
    SELECT (SELECT count(*) FROM revoked)::int AS revoked, created_at::text AS "createdAt", token
    FROM part ORDER BY part.created_at DESC, part.token DESC LIMIT 1`,
});
const REVOKE_PART = revokePart('revoke-access-tokens', '1', '');
const BY: RevokedBy = 'staff';
const REVOKE_PART_AND_TELL = revokePart(
  'revoke-access-tokens-with-events',
  't.token, t.consumer_key, t.subject, t.scopes',
  `, written_events AS (
      INSERT INTO events (type, consumer_key, subject, data) ${revokedTokens('revoked t', `'${BY}'`)})`,
);

/** Lets staff list and revoke access tokens. */
@Injectable()
export class ManageAccessTokens {
  constructor(
    private readonly statements: Statements,
    private readonly audit: AuditTrail,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AccessTokenRefused unknown */
  async find(token: string): Promise<ListedAccessToken> {
    const [found] = await this.statements.run<ListedAccessToken>(FIND, [token]);
    if (!found) throw new AccessTokenRefused('unknown');
    return found;
  }

  /**
   * One page, oldest first.
   *
   * @returns the position at which the next page begins; undefined on the last page
   */
  async page(
    filter: AccessTokenFilter,
    after: AccessTokenPosition | undefined,
    limit: number,
  ): Promise<{ tokens: ListedAccessToken[]; next: AccessTokenPosition | undefined }> {
    const query = pageQuery(filter, after, limit + 1);
    const found = await this.statements.runPlanned<ListedAccessToken>(query);
    const tokens = found.slice(0, limit);
    return { tokens, next: found.length > limit ? tokens.at(-1) : undefined };
  }

  /** Revokes a token. A revoked token stays revoked. @throws AccessTokenRefused unknown */
  async revoke(token: string, actor: AuditActor): Promise<void> {
    const revoked = await this.audit.record(
      (done: boolean) => (done ? tokenRevoked(token, actor) : undefined),
      async (transaction) => {
        const isRevoked = (await transaction.run(REVOKE, [token])).length > 0;
        if (isRevoked) await this.outbox.addRevoked(transaction, token, BY);
        return isRevoked;
      },
    );
    if (!revoked) await this.find(token);
  }

  /**
   * Revokes all tokens of a consumer, of a subject, or of one subject at one consumer, in one transaction
   * without a time limit.
   *
   * @returns how many tokens were revoked now
   */
  revokeAll(
    filter: { consumerKey: string | undefined; subject: string | undefined },
    actor: AuditActor,
  ): Promise<number> {
    const { consumerKey, subject } = filter;
    const target = consumerKey === undefined ? `subject:${subject}` : `consumer:${consumerKey}`;
    return this.audit.recordAtLength(
      (revoked: number) => ({
        actor,
        action: 'token.revoke-all',
        target,
        detail: { consumerKey: consumerKey ?? null, subject: subject ?? null, revoked },
      }),
      (transaction) =>
        revokeInParts(transaction, this.outbox.isOn ? REVOKE_PART_AND_TELL : REVOKE_PART, [
          consumerKey ?? null,
          subject ?? null,
        ]),
    );
  }
}

async function revokeInParts(
  transaction: Transaction,
  statement: Statement,
  filter: readonly (string | null)[],
): Promise<number> {
  let revoked = 0;
  // As text, because a Date would lose the microseconds.
  let last = { createdAt: '-infinity', token: '' };
  for (;;) {
    const [part] = await transaction.run<typeof last & { revoked: number }>(statement, [
      ...filter,
      last.createdAt,
      last.token,
    ]);
    if (!part) return revoked;
    revoked += part.revoked;
    last = part;
  }
}
