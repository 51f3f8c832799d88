import { Injectable } from '@nestjs/common';
import { CONSUMER_GRANT, GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import { Batcher } from '../database/batcher.js';
import { DatabaseClock } from '../database/database-clock.js';
import { exactNumber } from '../database/exact-number.js';
import { Statements } from '../database/statements.js';
import type { StatementRunner } from '../database/transactions.js';
import { millisecondsOf } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { Metrics } from '../metrics/metrics.js';
import { matchesRegisteredCallback } from '../protocol/callback-uri.js';
import { FAILED_VERIFIERS_MAX } from './temporary-credentials.js';

export type AuthorizationRequestStatus = 'pending' | 'allowed' | 'denied' | 'used' | 'expired';

/** Temporary credentials as the resource owner and the consent page see them (RFC 5849 section 2.2). */
export interface AuthorizationRequest {
  readonly oauthToken: string;
  readonly consumer: {
    readonly consumerKey: string;
    readonly name: string;
    readonly description: string | null;
    readonly websiteUrl: string | null;
    readonly legalNotice: string | null;
    readonly accessTokenTtlSeconds: number | null;
    /** Neither disabled nor expired. */
    readonly active: boolean;
  };
  /** The scopes that the owner can grant: those requested that the consumer still has. */
  readonly scopes: readonly string[];
  /** `oob` or a URI. */
  readonly callback: string;
  /** Whether the callback is still registered, so that the owner may be redirected to it (RFC 5849 section 2.1). */
  readonly callbackRegistered: boolean;
  readonly status: AuthorizationRequestStatus;
  readonly expiresAt: Date;
}

/** An authorization request with the values against which a decision is checked. */
export interface AuthorizationRequestRecord extends Omit<
  AuthorizationRequest,
  'callbackRegistered'
> {
  readonly decided: boolean;
  readonly expiresAtMs: number;
  readonly asked: readonly string[];
  readonly callbackUrls: readonly string[];
}

const FIND = {
  name: 'find-authorization-request',
  text: `
    SELECT t.token AS "oauthToken", t.scopes AS asked, t.callback,
      ${exactNumber(millisecondsOf('t.expires_at'))} AS "expiresAtMs",
      CASE
        WHEN t.used_at IS NOT NULL THEN 'used'
        WHEN t.decision = 'denied' THEN 'denied'
        WHEN t.expires_at <= now() OR t.failed_verifiers >= ${FAILED_VERIFIERS_MAX} THEN 'expired'
        WHEN t.decision = 'allowed' THEN 'allowed'
        ELSE 'pending'
      END AS status,
      t.decision IS NOT NULL AS decided,
      json_build_object('name', c.name, 'description', c.description, 'websiteUrl', c.website_url,
        'legalNotice', c.legal_notice) AS texts,
      ${GRANTED_TO_CONSUMER('c')} AS granted, c.grant_mac AS "grantMac"
    FROM temporary_credentials t JOIN consumers c USING (consumer_key)
    WHERE t.token = ANY ($1::text[])`,
};

/** A row of the query. The values that the consumer's MAC covers come only from `granted`. */
interface RequestRow
  extends
    GrantRow,
    Pick<
      AuthorizationRequestRecord,
      'oauthToken' | 'asked' | 'callback' | 'expiresAtMs' | 'status' | 'decided'
    > {
  readonly texts: Pick<
    AuthorizationRequest['consumer'],
    'name' | 'description' | 'websiteUrl' | 'legalNotice'
  >;
}

/** Whether the callback is still registered for the consumer. */
export const isRegistered = ({
  callback,
  callbackUrls,
}: Pick<AuthorizationRequestRecord, 'callback' | 'callbackUrls'>): boolean =>
  callback === 'oob' || matchesRegisteredCallback(callback, callbackUrls);

/** Reads authorization requests. Concurrent reads share one statement. */
@Injectable()
export class AuthorizationRequestReader {
  private readonly reading: Batcher<string, AuthorizationRequestRecord | undefined>;

  constructor(
    statements: Statements,
    private readonly grants: Grants,
    private readonly clock: DatabaseClock,
    metrics: Metrics,
  ) {
    this.reading = new Batcher({
      keyOf: (oauthToken) => oauthToken,
      sameKey: 'share',
      send: (oauthTokens) => this.read(statements, oauthTokens),
      onSent: (size) => metrics.batchSent(FIND.name, size),
    });
  }

  /** The request of a token; undefined if there is none, or if its consumer's MAC is invalid. */
  find(oauthToken: string): Promise<AuthorizationRequestRecord | undefined> {
    return this.reading.run(oauthToken);
  }

  /** The same, within a transaction. */
  async findIn(
    runner: StatementRunner,
    oauthToken: string,
  ): Promise<AuthorizationRequestRecord | undefined> {
    return (await this.read(runner, [oauthToken]))[0];
  }

  private async read(
    runner: StatementRunner,
    oauthTokens: readonly string[],
  ): Promise<(AuthorizationRequestRecord | undefined)[]> {
    // PostgreSQL text cannot contain NUL, and no token does.
    const possible = oauthTokens.filter((oauthToken) => !oauthToken.includes('\0'));
    const rows = await runner.run<RequestRow>(FIND, [possible]);
    const found = new Map(rows.map((row) => [row.oauthToken, this.requestOf(row)]));
    return oauthTokens.map((oauthToken) => found.get(oauthToken));
  }

  private requestOf({ texts, ...row }: RequestRow): AuthorizationRequestRecord | undefined {
    const consumer = this.grants.verified(CONSUMER_GRANT, row, {});
    if (!consumer) return undefined;
    const { consumerKey, accessTokenTtlSeconds, callbackUrls, status, expiresAt } = consumer;
    const isExpired = expiresAt !== null && expiresAt.getTime() <= this.clock.nowSeconds() * 1000;
    const { oauthToken, asked, callback, expiresAtMs, decided } = row;
    return {
      oauthToken,
      consumer: {
        ...texts,
        consumerKey,
        accessTokenTtlSeconds,
        active: status === 'active' && !isExpired,
      },
      asked,
      scopes: asked.filter((scope) => consumer.scopes.includes(scope)),
      callback,
      callbackUrls,
      status: row.status,
      decided,
      expiresAt: new Date(expiresAtMs),
      expiresAtMs,
    };
  }
}
