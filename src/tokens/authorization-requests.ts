import { Injectable } from '@nestjs/common';
import type { AuditActor, NewAuditEvent } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Batcher } from '../database/batcher.js';
import type { StatementRunner } from '../database/transactions.js';
import { CONSUMER_GRANT, GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { keepAnswers, type AnswerOf, type KeptAnswer } from '../idempotency/kept-answers.js';
import { Metrics } from '../metrics/metrics.js';
import { appendToCallback } from '../protocol/callback-uri.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import {
  isRegistered,
  AuthorizationRequestReader,
  type AuthorizationRequest,
  type AuthorizationRequestRecord,
} from './authorization-request-reader.js';
import { plainVerifierHash, verifierFor, verifierMac } from './verifier.js';

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

// The first decision wins, because tabs, replicas and a consent application can race. Code, not SQL, checks
// whether the callback is registered (because of loopback ports), so the statement requires that the consumer's
// list of callbacks is still the one that was checked. The statement may contain decisions on several requests;
// all replicas lock the rows in the same order, which prevents deadlocks.
const ALLOW = {
  name: 'allow-authorization-requests',
  text: `
    WITH permission AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS permission (token text, subject text,
        scopes text[], verifier_hash bytea, callback_urls text[])
    ), held AS (
      SELECT token FROM temporary_credentials WHERE token = ANY ($2::text[])
      ORDER BY token FOR UPDATE
    )
    UPDATE temporary_credentials t SET decision = 'allowed', decided_at = now(), subject = p.subject,
      granted_scopes = p.scopes, verifier_hash = p.verifier_hash
    FROM held JOIN permission p USING (token), consumers c
    WHERE t.token = held.token AND t.decision IS NULL AND t.expires_at > now()
      AND p.scopes <@ t.scopes AND p.scopes <@ c.scopes
      AND c.consumer_key = t.consumer_key AND c.callback_urls = p.callback_urls
      AND c.status = 'active' AND (c.expires_at IS NULL OR c.expires_at > now())
    RETURNING t.token`,
};

/** What an owner allows: the parameters of the statement. */
interface Permission {
  readonly token: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly verifierHash: Buffer;
  readonly callbackUrls: readonly string[];
  readonly event: NewAuditEvent;
  readonly answer: KeptAnswer | undefined;
}

/** The URI to which the browser is redirected (null for `oob`), and the verifier. */
export interface AllowedRequest {
  readonly redirectTo: string | null;
  readonly oauthVerifier: string;
}

/** The URI to which the browser is redirected; null for `oob`, and for a callback that is no longer registered. */
export interface DeniedRequest {
  readonly redirectTo: string | null;
}

const DENY = {
  name: 'deny-authorization-request',
  text: `
    UPDATE temporary_credentials t SET decision = 'denied', decided_at = now()
    FROM consumers c
    WHERE t.token = $1 AND t.decision IS NULL AND t.expires_at > now()
      AND c.consumer_key = t.consumer_key
    RETURNING t.callback, ${GRANTED_TO_CONSUMER('c')} AS granted, c.grant_mac AS "grantMac"`,
};

/** How often a decision is tried if the consumer changes in the meantime. */
const ATTEMPTS_MAX = 3;

/** RFC 5849 section 2.2: the resource owner's decision on temporary credentials. */
@Injectable()
export class AuthorizationRequests {
  private readonly permissions: Batcher<Permission, boolean>;

  constructor(
    private readonly standing: AuthorizationRequestReader,
    private readonly grants: Grants,
    private readonly keys: DerivedKeys,
    private readonly audit: AuditTrail,
    metrics: Metrics,
  ) {
    this.permissions = new Batcher({
      keyOf: ({ token }) => token,
      sameKey: 'wait',
      maxInFlight: 1, // each transaction locks the head of the audit trail
      send: (permissions, since) => this.allow(permissions, since),
      onSent: (size) => metrics.batchSent(ALLOW.name, size),
    });
  }

  /** The request of a token, with any status; undefined if there is none. */
  async find(oauthToken: string): Promise<AuthorizationRequest | undefined> {
    const found = await this.standing.find(oauthToken);
    if (!found) return undefined;
    const { decided: _, asked: __, callbackUrls: ___, expiresAtMs: ____, ...request } = found;
    return { ...request, callbackRegistered: isRegistered(found) };
  }

  /**
   * Records that the owner allows the request, once. Concurrent permissions share a transaction; a refused one
   * does not affect the others.
   *
   * @param actor the caller that reports the decision, for the audit trail
   * @param grant.scopes some of the requested scopes; all of them if undefined. Scopes that the consumer lost
   *   meanwhile are not granted
   * @param answerOf makes the reply that is stored in the same transaction
   * @throws AuthorizationRequestRefused
   */
  async accept(
    oauthToken: string,
    grant: { subject: string; scopes?: readonly string[] | undefined },
    actor: AuditActor,
    answerOf?: AnswerOf<AllowedRequest>,
  ): Promise<AllowedRequest> {
    const detail = { subject: grant.subject, scopes: grant.scopes ? [...grant.scopes] : null };
    const event = actOn(oauthToken, actor, 'accept', detail);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const request = await this.standing.find(oauthToken);
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
      const redirectTo = redirect(request, [
        ['oauth_token', oauthToken],
        ['oauth_verifier', verifier],
      ]);
      const allowed = { redirectTo, oauthVerifier: verifier };
      const isAllowed = await this.permissions.run({
        token: oauthToken,
        subject,
        scopes,
        // A replica of the previous release compares plain hashes, and may serve the exchange.
        verifierHash: this.grants.isUpgrading
          ? plainVerifierHash(verifier)
          : verifierMac(this.keys, allowing),
        callbackUrls: request.callbackUrls,
        event,
        answer: answerOf?.(allowed),
      });
      if (isAllowed) return allowed;
    }
    throw new Error('An authorization request changed with every attempt to decide it');
  }

  /** @returns for each whether it is allowed; if not, the request or its consumer has changed since it was read */
  private allow(permissions: readonly Permission[], since: number): Promise<boolean[]> {
    const rows = permissions.map(({ token, subject, scopes, verifierHash, callbackUrls }) => ({
      token,
      subject,
      scopes,
      verifier_hash: `\\x${verifierHash.toString('hex')}`,
      callback_urls: callbackUrls,
    }));
    return this.audit.recordAll(
      (allowed: boolean[]) => permissions.filter((_, n) => allowed[n]).map(({ event }) => event),
      async (transaction) => {
        const done = await transaction.run<{ token: string }>(ALLOW, [
          JSON.stringify(rows),
          rows.map(({ token }) => token),
        ]);
        const tokens = new Set(done.map(({ token }) => token));
        const isAllowed = ({ token }: Permission) => tokens.has(token);
        await keepAnswers(
          transaction,
          permissions.filter(isAllowed).map(({ answer }) => answer),
        );
        return permissions.map(isAllowed);
      },
      since,
    );
  }

  /**
   * Records that the owner denies the request, once.
   *
   * @param actor the caller that reports the decision, for the audit trail
   * @param answerOf makes the reply that is stored in the same transaction
   * @throws AuthorizationRequestRefused
   */
  async reject(
    oauthToken: string,
    actor: AuditActor,
    reason: string | null = null,
    answerOf?: AnswerOf<DeniedRequest>,
  ): Promise<DeniedRequest> {
    const event = actOn(oauthToken, actor, 'reject', { reason });
    return this.audit.record(event, async (transaction) => {
      const denied = await this.deny(oauthToken, transaction);
      await keepAnswers(transaction, [answerOf?.(denied)]);
      return denied;
    });
  }

  private async deny(oauthToken: string, runner: StatementRunner): Promise<DeniedRequest> {
    const [denied] = await runner.run<Pick<AuthorizationRequestRecord, 'callback'> & GrantRow>(
      DENY,
      [oauthToken],
    );
    if (!denied) {
      const reason = reasonAgainst(await this.standing.findIn(runner, oauthToken));
      throw new AuthorizationRequestRefused(reason ?? 'expired');
    }
    const consumer = this.grants.verified(CONSUMER_GRANT, denied, {});
    if (!consumer) throw new AuthorizationRequestRefused('unknown');
    const { callback } = denied;
    const { callbackUrls } = consumer;
    // The owner is never redirected to a callback that is no longer registered.
    const redirectTo = isRegistered({ callback, callbackUrls })
      ? redirect({ callback }, [
          ['oauth_token', oauthToken],
          ['oauth_problem', 'permission_denied'],
        ])
      : null;
    return { redirectTo };
  }
}

const redirect = (
  { callback }: Pick<AuthorizationRequestRecord, 'callback'>,
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

/**
 * The reason why the request cannot be allowed, whatever the scopes. A decided request that has expired is
 * `decided`.
 */
function reasonAgainst(
  request: AuthorizationRequestRecord | undefined,
): AuthorizationRequestRefused['reason'] | undefined {
  if (!request) return 'unknown';
  if (request.decided) return 'decided';
  if (request.status === 'expired') return 'expired';
  if (!request.consumer.active) return 'consumer_disabled';
  return isRegistered(request) ? undefined : 'callback_not_registered';
}

const scopesExceeded = (
  request: AuthorizationRequestRecord | undefined,
  scopes: readonly string[] = [],
): 'scopes_exceeded' | undefined =>
  scopes.every((scope) => request?.asked.includes(scope)) ? undefined : 'scopes_exceeded';
