import { Injectable } from '@nestjs/common';
import { Statements } from '../database/statements.js';

/** A live access token as its owner sees it. */
export interface Connection {
  /** Names the token to its owner only; it is not the token. */
  readonly reference: string;
  readonly consumer: { readonly name: string; readonly websiteUrl: string | null };
  readonly scopes: readonly string[];
  readonly since: Date;
  /** null: until revoked. */
  readonly expiresAt: Date | null;
  /** The day, as `YYYY-MM-DD` in UTC; null when it was never used, or not since days are noted. */
  readonly lastUsedOn: string | null;
}

/** A page has an end; whoever has more connections meets the rest after revoking some. */
const SHOWN_AT_MOST = 50;

const REFERENCE = `encode(sha256(convert_to(t.token, 'UTF8')), 'hex')`;
const LIVE = `t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())`;

const FIND = {
  name: 'find-connections',
  text: `
    SELECT ${REFERENCE} AS reference, t.scopes, t.created_at AS since, t.expires_at AS "expiresAt",
      to_char(t.last_used_on, 'YYYY-MM-DD') AS "lastUsedOn",
      json_build_object('name', c.name, 'websiteUrl', c.website_url) AS consumer
    FROM access_tokens t JOIN consumers c USING (consumer_key)
    WHERE t.subject = $1 AND ${LIVE}
    ORDER BY t.created_at DESC, t.token LIMIT ${SHOWN_AT_MOST}`,
};

// Only among the subject's own tokens: a reference to somebody else's finds nothing.
const REVOKE = {
  name: 'revoke-connection',
  text: `
    UPDATE access_tokens t SET revoked_at = now()
    WHERE t.subject = $1 AND t.revoked_at IS NULL AND ${REFERENCE} = $2
    RETURNING 1`,
};

/** What the resource owner has allowed and can take back (RFC 5849 section 2). */
@Injectable()
export class Connections {
  constructor(private readonly statements: Statements) {}

  /** The subject's live access tokens, the newest first. */
  of(subject: string): Promise<Connection[]> {
    return this.statements.run<Connection>(FIND, [subject]);
  }

  /** Revokes one of them; false when the subject has no such token, or not any more. */
  async revoke(subject: string, reference: string): Promise<boolean> {
    if (!/^[0-9a-f]{64}$/.test(reference)) return false;
    return (await this.statements.run(REVOKE, [subject, reference])).length > 0;
  }
}
