import type { AuditActor } from '../audit/audit-event.js';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Statements } from '../database/statements.js';
import type { Transaction } from '../database/transactions.js';
import { GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import { grantedToAccessToken } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { newSecret, newToken } from '../secrets/random-values.js';
import { SecretBox } from '../secrets/secret-box.js';
import { accessTokenSecret, expiryAfter } from './access-token.js';
import { AccessTokenRefused } from './access-token-refusals.js';
import { tokenRevoked } from './token-revoked.js';
import {
  FOUND_TOKEN,
  pageQuery,
  type AccessTokenFilter,
  type AccessTokenPosition,
  type ListedAccessToken,
} from './listed-access-tokens.js';

/** Token credentials to be made without the resource owner's visit. */
export interface NewAccessToken {
  readonly subject: string;
  /** All that the consumer is allowed, when undefined. */
  readonly scopes: readonly string[] | undefined;
  /** 0 = until revoked; the consumer's, or the service's, when undefined. */
  readonly ttlSeconds: number | undefined;
  /** Those of an existing one; random when undefined. */
  readonly token: string | undefined;
  readonly tokenSecret: string | undefined;
}

/** What of a consumer decides on a token that staff make. */
interface MintingConsumer extends GrantRow {
  readonly scopes: readonly string[];
  readonly ttlSeconds: number | null;
}

const FIND = {
  name: 'find-listed-access-token',
  text: `SELECT ${FOUND_TOKEN} FROM access_tokens t WHERE t.token = $1`,
};

// The consumer's row is locked, so that it neither goes nor loses a scope before the token is there.
const CONSUMER = {
  name: 'consumer-of-new-access-token',
  text: `
    SELECT scopes, access_token_ttl_seconds AS "ttlSeconds",
      ${GRANTED_TO_CONSUMER('c')} AS granted, grant_mac AS "grantMac"
    FROM consumers c WHERE consumer_key = $1 FOR SHARE`,
};

const INSERT = {
  name: 'insert-access-token',
  text: `
    INSERT INTO access_tokens AS t (token, consumer_key, secret, subject, scopes, expires_at, grant_mac)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (token) DO NOTHING
    RETURNING ${FOUND_TOKEN}`,
};

// The first revocation's time stands; a later one changes nothing.
const REVOKE = {
  name: 'revoke-access-token',
  text: `
    UPDATE access_tokens SET revoked_at = now() WHERE token = $1 AND revoked_at IS NULL
    RETURNING token`,
};

// A part at a time, so that no statement outlasts its limit however many tokens there are.
const REVOKED_AT_ONCE = 5_000;
const REVOKE_PART = {
  name: 'revoke-access-tokens',
  text: `
    WITH part AS (
      SELECT token FROM access_tokens
      WHERE ($1::text IS NULL OR consumer_key = $1) AND ($2::text IS NULL OR subject = $2)
        AND revoked_at IS NULL AND token > $3
      ORDER BY token LIMIT ${REVOKED_AT_ONCE}
    ), revoked AS (
      UPDATE access_tokens t SET revoked_at = now()
      FROM part WHERE t.token = part.token AND t.revoked_at IS NULL
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM revoked)::int AS revoked, max(token) AS last FROM part`,
};

/** Access tokens as staff see and end them, and mint them without the dance (RFC 5849 section 2). */
@Injectable()
export class ManageAccessTokens {
  constructor(
    private readonly statements: Statements,
    private readonly secretBox: SecretBox,
    private readonly settings: Settings,
    private readonly audit: AuditTrail,
    private readonly clock: DatabaseClock,
    private readonly grants: Grants,
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
   * @returns where the next page begins; undefined at the end
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

  /**
   * Makes token credentials for a subject, or takes over existing ones.
   *
   * @returns the token, and its secret in the clear for the only time
   * @throws AccessTokenRefused consumer_unknown, scopes_exceeded, taken
   */
  async mint(
    consumerKey: string,
    given: NewAccessToken,
    actor: AuditActor,
  ): Promise<{ minted: ListedAccessToken; tokenSecret: string }> {
    const token = given.token ?? newToken();
    const tokenSecret = given.tokenSecret ?? newSecret();
    const minted = await this.audit.record(
      ({ subject, scopes, expiresAt }: ListedAccessToken) => ({
        actor,
        action: 'token.mint',
        target: `token:${token}`,
        detail: { consumerKey, subject, scopes, expiresAt: expiresAt?.toISOString() ?? null },
      }),
      async (transaction) => {
        const [consumer] = await transaction.run<MintingConsumer>(CONSUMER, [consumerKey]);
        if (!consumer || !this.grants.hold('consumer', consumer))
          throw new AccessTokenRefused('consumer_unknown');
        const scopes = given.scopes ?? consumer.scopes;
        const exceeding = scopes.findIndex((scope) => !consumer.scopes.includes(scope));
        if (exceeding >= 0) throw new AccessTokenRefused('scopes_exceeded', exceeding);
        const ttlSeconds =
          given.ttlSeconds ?? consumer.ttlSeconds ?? this.settings.accessTokenTtlSeconds;
        const { subject } = given;
        const expiresAt = expiryAfter(ttlSeconds, this.clock);
        const granted = grantedToAccessToken({ token, consumerKey, subject, scopes, expiresAt });
        const [row] = await transaction.run<ListedAccessToken>(INSERT, [
          token,
          consumerKey,
          this.secretBox.seal(tokenSecret, accessTokenSecret(token)),
          subject,
          scopes,
          expiresAt,
          this.grants.mac('access-token', granted),
        ]);
        if (!row) throw new AccessTokenRefused('taken');
        return row;
      },
    );
    return { minted, tokenSecret };
  }

  /** Revokes a token; one that is revoked already stays so. @throws AccessTokenRefused unknown */
  async revoke(token: string, actor: AuditActor): Promise<void> {
    const revoked = await this.audit.record(
      (done: boolean) => (done ? tokenRevoked(token, actor) : undefined),
      async (transaction) => (await transaction.run(REVOKE, [token])).length > 0,
    );
    if (!revoked) await this.find(token);
  }

  /**
   * Revokes all tokens of a consumer, of a subject, or of both together.
   *
   * @returns how many were not revoked before
   */
  revokeAll(
    filter: { consumerKey: string | undefined; subject: string | undefined },
    actor: AuditActor,
  ): Promise<number> {
    const { consumerKey, subject } = filter;
    const target = consumerKey === undefined ? `subject:${subject}` : `consumer:${consumerKey}`;
    return this.audit.record(
      (revoked: number) => ({
        actor,
        action: 'token.revoke-all',
        target,
        detail: { consumerKey: consumerKey ?? null, subject: subject ?? null, revoked },
      }),
      (transaction) => revokeInParts(transaction, [consumerKey ?? null, subject ?? null]),
    );
  }
}

async function revokeInParts(
  transaction: Transaction,
  filter: readonly (string | null)[],
): Promise<number> {
  let revoked = 0;
  for (let last: string | null = ''; last !== null;) {
    const [part]: { revoked: number; last: string | null }[] = await transaction.run(REVOKE_PART, [
      ...filter,
      last,
    ]);
    revoked += part?.revoked ?? 0;
    last = part?.last ?? null;
  }
  return revoked;
}
