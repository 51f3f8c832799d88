import { Injectable } from '@nestjs/common';
import { Statements } from '../database/statements.js';
import type { StatementRunner } from '../database/transactions.js';
import { appendToCallback } from '../protocol/callback-uri.js';
import { FAILED_VERIFIERS_MAX } from './temporary-credentials.js';
import { verifierFor, verifierHash } from './verifier.js';

/** Where an authorization request stands. */
export type AuthorizationRequestStatus = 'pending' | 'allowed' | 'denied' | 'used' | 'expired';

/** Temporary credentials as the resource owner's side sees them (RFC 5849 section 2.2). */
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
  readonly scopes: readonly string[];
  /** `oob` or a URI. */
  readonly callback: string;
  readonly status: AuthorizationRequestStatus;
  readonly expiresAt: Date;
}

/** A decision that cannot be recorded. */
export class AuthorizationRequestRefused extends Error {
  constructor(
    readonly reason: 'unknown' | 'decided' | 'expired' | 'consumer_disabled' | 'scopes_exceeded',
  ) {
    super(`Authorization request refused: ${reason}`);
  }
}

const CONSUMER_ACTIVE = `(c.status = 'active' AND (c.expires_at IS NULL OR c.expires_at > now()))`;

const FIND = {
  name: 'find-authorization-request',
  text: `
    SELECT t.token AS "oauthToken", t.scopes, t.callback, t.expires_at AS "expiresAt",
      CASE
        WHEN t.used_at IS NOT NULL THEN 'used'
        WHEN t.decision = 'denied' THEN 'denied'
        WHEN t.expires_at <= now() OR t.failed_verifiers >= ${FAILED_VERIFIERS_MAX} THEN 'expired'
        WHEN t.decision = 'allowed' THEN 'allowed'
        ELSE 'pending'
      END AS status,
      t.decision IS NOT NULL AS decided,
      json_build_object('consumerKey', c.consumer_key, 'name', c.name,
        'description', c.description, 'websiteUrl', c.website_url,
        'legalNotice', c.legal_notice,
        'accessTokenTtlSeconds', c.access_token_ttl_seconds,
        'active', ${CONSUMER_ACTIVE}) AS consumer
    FROM temporary_credentials t JOIN consumers c USING (consumer_key)
    WHERE t.token = $1`,
};

// One decision, whoever comes first: tabs, replicas, and a consent app beside the built-in page.
const ALLOW = {
  name: 'allow-authorization-request',
  text: `
    UPDATE temporary_credentials t SET decision = 'allowed', decided_at = now(), subject = $2,
      granted_scopes = coalesce($3::text[], t.scopes), verifier_hash = $4
    FROM consumers c
    WHERE t.token = $1 AND t.decision IS NULL AND t.expires_at > now()
      AND coalesce($3::text[], t.scopes) <@ t.scopes
      AND c.consumer_key = t.consumer_key AND ${CONSUMER_ACTIVE}
    RETURNING t.callback`,
};

const DENY = {
  name: 'deny-authorization-request',
  text: `
    UPDATE temporary_credentials SET decision = 'denied', decided_at = now()
    WHERE token = $1 AND decision IS NULL AND expires_at > now()
    RETURNING callback`,
};

/** RFC 5849 section 2.2: the resource owner's decision on temporary credentials. */
@Injectable()
export class AuthorizationRequests {
  constructor(private readonly statements: Statements) {}

  /** The request behind a token, whatever its status; undefined when there is none. */
  async find(oauthToken: string): Promise<AuthorizationRequest | undefined> {
    const found = await findStanding(this.statements, oauthToken);
    if (!found) return undefined;
    const { decided: _, ...request } = found;
    return request;
  }

  /**
   * Records that the owner allows the request, once.
   *
   * @param runner a transaction, when the decision is part of one
   * @param grant.scopes a part of the scopes asked for; all of them when undefined
   * @returns where to send the browser (null for `oob`), and the verifier it carries there
   * @throws AuthorizationRequestRefused
   */
  async accept(
    oauthToken: string,
    grant: { subject: string; scopes?: readonly string[] | undefined },
    runner: StatementRunner = this.statements,
  ): Promise<{ redirectTo: string | null; oauthVerifier: string }> {
    const request = await findStanding(runner, oauthToken);
    if (!request) throw new AuthorizationRequestRefused('unknown');
    const oauthVerifier = verifierFor(request.callback);
    const [allowed] = await runner.run<{ callback: string }>(ALLOW, [
      oauthToken,
      grant.subject,
      grant.scopes ?? null,
      verifierHash(oauthVerifier),
    ]);
    if (!allowed) throw await whyNot(runner, oauthToken);
    const redirectTo = redirect(allowed.callback, [
      ['oauth_token', oauthToken],
      ['oauth_verifier', oauthVerifier],
    ]);
    return { redirectTo, oauthVerifier };
  }

  /**
   * Records that the owner denies the request, once.
   *
   * @throws AuthorizationRequestRefused
   */
  async reject(
    oauthToken: string,
    runner: StatementRunner = this.statements,
  ): Promise<{ redirectTo: string | null }> {
    const [denied] = await runner.run<{ callback: string }>(DENY, [oauthToken]);
    if (!denied) throw await whyNot(runner, oauthToken);
    const redirectTo = redirect(denied.callback, [
      ['oauth_token', oauthToken],
      ['oauth_problem', 'permission_denied'],
    ]);
    return { redirectTo };
  }
}

const redirect = (callback: string, pairs: [string, string][]): string | null =>
  callback === 'oob' ? null : appendToCallback(callback, pairs);

async function findStanding(
  runner: StatementRunner,
  oauthToken: string,
): Promise<(AuthorizationRequest & { decided: boolean }) | undefined> {
  // PostgreSQL text cannot hold NUL, and no token does.
  if (oauthToken.includes('\0')) return undefined;
  const [row] = await runner.run<AuthorizationRequest & { decided: boolean }>(FIND, [oauthToken]);
  return row;
}

/** Names the refusal after the update matched nothing: decided wins over expired. */
async function whyNot(
  runner: StatementRunner,
  oauthToken: string,
): Promise<AuthorizationRequestRefused> {
  const request = await findStanding(runner, oauthToken);
  if (!request) return new AuthorizationRequestRefused('unknown');
  if (request.decided) return new AuthorizationRequestRefused('decided');
  if (request.status === 'expired') return new AuthorizationRequestRefused('expired');
  if (!request.consumer.active) return new AuthorizationRequestRefused('consumer_disabled');
  return new AuthorizationRequestRefused('scopes_exceeded');
}
