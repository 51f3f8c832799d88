import { Injectable } from '@nestjs/common';
import type { AuditActor } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Statements } from '../database/statements.js';
import { Outbox } from '../events/outbox.js';
import { tokenRevoked } from './token-revoked.js';

/** A valid access token as its owner sees it. */
export interface Connection {
  /** Identifies the token to its owner only; it is not the token. */
  readonly reference: string;
  readonly consumer: { readonly name: string; readonly websiteUrl: string | null };
  readonly scopes: readonly string[];
  readonly since: Date;
  /** null: until revoked. */
  readonly expiresAt: Date | null;
  /** The day, as `YYYY-MM-DD` in UTC; null if the token was never used, or not since days are noted. */
  readonly lastUsedOn: string | null;
}

/** The number of connections that fit on a page (and in 30 kB). */
const PAGE_SIZE = 20;

const REFERENCE = `encode(sha256(convert_to(t.token, 'UTF8')), 'hex')`;
const IS_REFERENCE = /^[0-9a-f]{64}$/;
const LIVE = `t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())`;

const FIND = {
  name: 'find-connections',
  text: `
    SELECT ${REFERENCE} AS reference, t.scopes, t.created_at AS since, t.expires_at AS "expiresAt",
      to_char(t.last_used_on, 'YYYY-MM-DD') AS "lastUsedOn",
      json_build_object('name', c.name, 'websiteUrl', c.website_url) AS consumer
    FROM access_tokens t JOIN consumers c USING (consumer_key)
    WHERE t.subject = $1 AND ${LIVE}
      AND ($2::text IS NULL OR (t.created_at, t.token) < (
        SELECT created_at, token FROM access_tokens t WHERE t.subject = $1 AND ${REFERENCE} = $2))
    ORDER BY t.created_at DESC, t.token DESC LIMIT ${PAGE_SIZE + 1}`,
};

// Finds only the subject's own tokens, so a reference to another subject's token matches nothing.
const REVOKE = {
  name: 'revoke-connection',
  text: `
    UPDATE access_tokens t SET revoked_at = now()
    WHERE t.subject = $1 AND t.revoked_at IS NULL AND ${REFERENCE} = $2
    RETURNING t.token`,
};

/** The connections that a resource owner has allowed and can revoke (RFC 5849 section 2). */
@Injectable()
export class Connections {
  constructor(
    private readonly statements: Statements,
    private readonly audit: AuditTrail,
    private readonly outbox: Outbox,
  ) {}

  /**
   * A page of the subject's valid access tokens, newest first.
   *
   * @param after the reference of the last connection on the previous page
   */
  async of(
    subject: string,
    after?: string,
  ): Promise<{ connections: Connection[]; hasMore: boolean }> {
    const from = after !== undefined && IS_REFERENCE.test(after) ? after : null;
    const found = await this.statements.run<Connection>(FIND, [subject, from]);
    return { connections: found.slice(0, PAGE_SIZE), hasMore: found.length > PAGE_SIZE };
  }

  /**
   * Revokes a connection. Once the promise resolves, this process no longer accepts the token.
   *
   * @param actor the subject, for the audit trail
   * @returns false if the subject has no such token, or it is already revoked
   */
  async revoke(subject: string, reference: string, actor: AuditActor): Promise<boolean> {
    if (!IS_REFERENCE.test(reference)) return false;
    const revoked = await this.audit.record(
      (token: string | undefined) => (token === undefined ? undefined : tokenRevoked(token, actor)),
      async (transaction) => {
        const [row] = await transaction.run<{ token: string }>(REVOKE, [subject, reference]);
        if (row) await this.outbox.addRevoked(transaction, row.token, 'owner');
        return row?.token;
      },
    );
    return revoked !== undefined;
  }
}
