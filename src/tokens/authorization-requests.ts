import { Injectable } from '@nestjs/common';
import type { AuditActor, NewAuditEvent } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Statements } from '../database/statements.js';
import type { StatementRunner } from '../database/transactions.js';
import { GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import { millisecondsOf } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { appendToCallback, matchesRegisteredCallback } from '../protocol/callback-uri.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { FAILED_VERIFIERS_MAX } from './temporary-credentials.js';
import { plainVerifierHash, verifierFor, verifierMac } from './verifier.js';

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
  /** What the owner can grant: of all that was asked for, what the consumer may still have. */
  readonly scopes: readonly string[];
  /** `oob` or a URI. */
  readonly callback: string;
  /** Whether the consumer may still send the owner there (RFC 5849 section 2.1). */
  readonly callbackRegistered: boolean;
  readonly status: AuthorizationRequestStatus;
  readonly expiresAt: Date;
}

/** A decision that cannot be recorded. */
export class AuthorizationRequestRefused extends Error {
  constructor(
    readonly reason:
      | 'unknown'
      | 'decided'
      | 'expired'
      | 'consumer_disabled'
      | 'callback_not_registered'
      | 'scopes_exceeded',
  ) {
    super(`Authorization request refused: ${reason}`);
  }
}

const CONSUMER_ACTIVE = `(c.status = 'active' AND (c.expires_at IS NULL OR c.expires_at > now()))`;

/** Of these scopes, those that the consumer may have now, in their order. */
const stillAllowed = (scopes: string): string => `ARRAY(
  SELECT scope FROM unnest(${scopes}) WITH ORDINALITY AS asked (scope, n)
  WHERE scope = ANY (c.scopes) ORDER BY n)`;

const FIND = {
  name: 'find-authorization-request',
  text: `
    SELECT t.token AS "oauthToken", t.scopes AS asked, ${stillAllowed('t.scopes')} AS scopes,
      t.callback, c.callback_urls AS "callbackUrls", t.expires_at AS "expiresAt",
      ${millisecondsOf('t.expires_at')}::float8 AS "expiresAtMs",
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
        'active', ${CONSUMER_ACTIVE}) AS consumer,
      ${GRANTED_TO_CONSUMER('c')} AS granted, c.grant_mac AS "grantMac"
    FROM temporary_credentials t JOIN consumers c USING (consumer_key)
    WHERE t.token = $1`,
};

// One decision, whoever comes first: tabs, replicas, and a consent app beside the built-in page. Which
// callback is registered, code says (loopback ports), so that the list it was held against has to stand.
const ALLOW = {
  name: 'allow-authorization-request',
  text: `
    UPDATE temporary_credentials t SET decision = 'allowed', decided_at = now(), subject = $2,
      granted_scopes = $3::text[], verifier_hash = $4
    FROM consumers c
    WHERE t.token = $1 AND t.decision IS NULL AND t.expires_at > now()
      AND $3::text[] <@ t.scopes AND $3::text[] <@ c.scopes
      AND c.consumer_key = t.consumer_key AND ${CONSUMER_ACTIVE} AND c.callback_urls = $5::text[]
    RETURNING t.callback`,
};

const DENY = {
  name: 'deny-authorization-request',
  text: `
    UPDATE temporary_credentials t SET decision = 'denied', decided_at = now()
    FROM consumers c
    WHERE t.token = $1 AND t.decision IS NULL AND t.expires_at > now()
      AND c.consumer_key = t.consumer_key
    RETURNING t.callback, c.callback_urls AS "callbackUrls",
      ${GRANTED_TO_CONSUMER('c')} AS granted, c.grant_mac AS "grantMac"`,
};

/** How often a decision is tried when the consumer changes under it. */
const ATTEMPTS_MAX = 3;

/** RFC 5849 section 2.2: the resource owner's decision on temporary credentials. */
@Injectable()
export class AuthorizationRequests {
  constructor(
    private readonly statements: Statements,
    private readonly grants: Grants,
    private readonly keys: DerivedKeys,
    private readonly audit: AuditTrail,
  ) {}

  /** The request behind a token, whatever its status; undefined when there is none. */
  async find(oauthToken: string): Promise<AuthorizationRequest | undefined> {
    const found = await this.findStanding(this.statements, oauthToken);
    if (!found) return undefined;
    const { decided: _, asked: __, callbackUrls: ___, expiresAtMs: ____, ...request } = found;
    return { ...request, callbackRegistered: isRegistered(found) };
  }

  /**
   * Records that the owner allows the request, once.
   *
   * @param actor who says so, for the record
   * @param grant.scopes a part of the scopes asked for; all of them when undefined. What the consumer lost
   *   meanwhile is not granted
   * @returns where to send the browser (null for `oob`), and the verifier it carries there
   * @throws AuthorizationRequestRefused
   */
  async accept(
    oauthToken: string,
    grant: { subject: string; scopes?: readonly string[] | undefined },
    actor: AuditActor,
  ): Promise<{ redirectTo: string | null; oauthVerifier: string }> {
    const detail = { subject: grant.subject, scopes: grant.scopes ? [...grant.scopes] : null };
    return this.audit.record(actOn(oauthToken, actor, 'accept', detail), (transaction) =>
      this.allow(oauthToken, grant, transaction),
    );
  }

  private async allow(
    oauthToken: string,
    grant: { subject: string; scopes?: readonly string[] | undefined },
    runner: StatementRunner,
  ): Promise<{ redirectTo: string | null; oauthVerifier: string }> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const request = await this.findStanding(runner, oauthToken);
      const reason = reasonAgainst(request) ?? scopesExceeded(request, grant.scopes);
      if (reason || !request) throw new AuthorizationRequestRefused(reason ?? 'unknown');
      const verifier = verifierFor(request.callback);
      const scopes = (grant.scopes ?? request.asked).filter((scope) =>
        request.scopes.includes(scope),
      );
      const { consumerKey } = request.consumer;
      const { expiresAtMs } = request;
      const { subject } = grant;
      const allowing = { token: oauthToken, consumerKey, expiresAtMs, subject, scopes, verifier };
      const allowed = await runner.run(ALLOW, [
        oauthToken,
        subject,
        scopes,
        // The version before compares plain hashes, and whoever allows here may exchange there.
        this.grants.isUpgrading ? plainVerifierHash(verifier) : verifierMac(this.keys, allowing),
        request.callbackUrls,
      ]);
      if (allowed.length === 0) continue;
      const redirectTo = redirect(request, [
        ['oauth_token', oauthToken],
        ['oauth_verifier', verifier],
      ]);
      return { redirectTo, oauthVerifier: verifier };
    }
    throw new Error('An authorization request changed with every attempt to decide it');
  }

  /**
   * Records that the owner denies the request, once.
   *
   * @param actor who says so, for the record
   * @throws AuthorizationRequestRefused
   */
  async reject(
    oauthToken: string,
    actor: AuditActor,
    reason: string | null = null,
  ): Promise<{ redirectTo: string | null }> {
    return this.audit.record(actOn(oauthToken, actor, 'reject', { reason }), (transaction) =>
      this.deny(oauthToken, transaction),
    );
  }

  private async deny(
    oauthToken: string,
    runner: StatementRunner,
  ): Promise<{ redirectTo: string | null }> {
    const [denied] = await runner.run<
      Pick<StandingRequest, 'callback' | 'callbackUrls'> & GrantRow
    >(DENY, [oauthToken]);
    if (!denied) {
      const reason = reasonAgainst(await this.findStanding(runner, oauthToken));
      throw new AuthorizationRequestRefused(reason ?? 'expired');
    }
    if (!this.grants.hold('consumer', denied)) throw new AuthorizationRequestRefused('unknown');
    // Nobody is sent to where the consumer may send nobody any more.
    const redirectTo = isRegistered(denied)
      ? redirect(denied, [
          ['oauth_token', oauthToken],
          ['oauth_problem', 'permission_denied'],
        ])
      : null;
    return { redirectTo };
  }

  private async findStanding(
    runner: StatementRunner,
    oauthToken: string,
  ): Promise<StandingRequest | undefined> {
    // PostgreSQL text cannot hold NUL, and no token does.
    if (oauthToken.includes('\0')) return undefined;
    const [row] = await runner.run<StandingRequest & GrantRow>(FIND, [oauthToken]);
    if (!row || !this.grants.hold('consumer', row)) return undefined;
    const { granted: _, grantMac: __, ...request } = row;
    return request;
  }
}

/** An authorization request with what a decision is held against. */
interface StandingRequest extends Omit<AuthorizationRequest, 'callbackRegistered'> {
  readonly decided: boolean;
  readonly expiresAtMs: number;
  readonly asked: readonly string[];
  readonly callbackUrls: readonly string[];
}

const isRegistered = ({
  callback,
  callbackUrls,
}: Pick<StandingRequest, 'callback' | 'callbackUrls'>): boolean =>
  callback === 'oob' || matchesRegisteredCallback(callback, callbackUrls);

const redirect = (
  { callback }: Pick<StandingRequest, 'callback'>,
  pairs: [string, string][],
): string | null => (callback === 'oob' ? null : appendToCallback(callback, pairs));

const actOn = (
  oauthToken: string,
  actor: AuditActor,
  verb: string,
  detail: NewAuditEvent['detail'],
): NewAuditEvent => ({
  actor,
  action: `authorization_request.${verb}`,
  target: `authorization_request:${oauthToken}`,
  detail,
});

/** Why it can't be allowed, whatever is granted: decided wins over expired. */
function reasonAgainst(
  request: StandingRequest | undefined,
): AuthorizationRequestRefused['reason'] | undefined {
  if (!request) return 'unknown';
  if (request.decided) return 'decided';
  if (request.status === 'expired') return 'expired';
  if (!request.consumer.active) return 'consumer_disabled';
  return isRegistered(request) ? undefined : 'callback_not_registered';
}

const scopesExceeded = (
  request: StandingRequest | undefined,
  scopes: readonly string[] = [],
): 'scopes_exceeded' | undefined =>
  scopes.every((scope) => request?.asked.includes(scope)) ? undefined : 'scopes_exceeded';
