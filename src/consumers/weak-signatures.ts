import type { AuditActor } from '../audit/audit-event.js';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { Statements } from '../database/statements.js';
import { Outbox } from '../events/outbox.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { CONSUMER_GRANT, GRANTED_TO_CONSUMER, grantedToConsumer } from './consumer-grant.js';
import { consumerEvent } from './consumer-event.js';
import { ConsumerUnknown } from './consumer-refusals.js';

/** How often a consumer signed with one weak method. */
export interface WeakMethodUse {
  readonly signatureMethod: string;
  readonly uses: number;
  /** The first day, as `YYYY-MM-DD` in UTC. */
  readonly since: string;
  readonly lastUsedAt: string;
}

/** How often a consumer was served because of a compatibility flag, or got a signature hint. */
export interface Deviation {
  readonly code: string;
  readonly times: number;
  /** The first day, as `YYYY-MM-DD` in UTC. */
  readonly since: string;
  readonly lastSeenAt: string;
}

/** A consumer with its weak signatures, flags and hints, and the date from which weak methods are refused. */
export interface WeakSigner {
  readonly consumerKey: string;
  readonly name: string;
  /** From when weak methods are refused; null: never. */
  readonly until: Date | null;
  readonly methods: readonly WeakMethodUse[];
  readonly flags: readonly Deviation[];
  readonly hints: readonly Deviation[];
}

const deviations = (kind: 'flag' | 'hint') => `
  coalesce((
    SELECT json_agg(m ORDER BY m.code) FROM (
      SELECT code, sum(times)::float8 AS times,
        to_char(min(seen_on), 'YYYY-MM-DD') AS since,
        to_char(max(last_seen_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
          AS "lastSeenAt"
      FROM signature_deviations d
      WHERE d.consumer_key = c.consumer_key AND kind = '${kind}' GROUP BY code
    ) m), '[]')`;

const SIGNER = `
  c.consumer_key AS "consumerKey", c.name, c.weak_signatures_until AS until,
  coalesce((
    SELECT json_agg(m ORDER BY m."signatureMethod") FROM (
      SELECT signature_method AS "signatureMethod", sum(uses)::float8 AS uses,
        to_char(min(used_on), 'YYYY-MM-DD') AS since,
        to_char(max(last_used_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
          AS "lastUsedAt"
      FROM weak_signature_uses u WHERE u.consumer_key = c.consumer_key GROUP BY signature_method
    ) m), '[]') AS methods,
  ${deviations('flag')} AS flags, ${deviations('hint')} AS hints`;

const FIND = {
  name: 'find-weak-signer',
  text: `SELECT ${SIGNER} FROM consumers c WHERE c.consumer_key = $1`,
};

const PAGE = {
  name: 'page-of-weak-signers',
  text: `
    SELECT ${SIGNER} FROM consumers c
    WHERE c.consumer_key IN (
      (SELECT DISTINCT consumer_key FROM weak_signature_uses
        WHERE consumer_key > $1 ORDER BY consumer_key LIMIT $2)
      UNION
      (SELECT DISTINCT consumer_key FROM signature_deviations
        WHERE consumer_key > $1 ORDER BY consumer_key LIMIT $2)
      ORDER BY consumer_key LIMIT $2)
    ORDER BY c.consumer_key`,
};

const LOCK = {
  name: 'lock-weak-signatures-until',
  text: `
    SELECT ${GRANTED_TO_CONSUMER('c')} AS granted, grant_mac AS "grantMac"
    FROM consumers c WHERE consumer_key = $1 FOR UPDATE`,
};

const SET_UNTIL = {
  name: 'set-weak-signatures-until',
  text: `UPDATE consumers SET weak_signatures_until = $2, grant_mac = $3 WHERE consumer_key = $1`,
};

/** Reports the use of SHA-1 and PLAINTEXT, and sets the date from which they are refused (RFC 5849 section 4.11). */
@Injectable()
export class WeakSignatures {
  constructor(
    private readonly statements: Statements,
    private readonly audit: AuditTrail,
    private readonly grants: Grants,
    private readonly outbox: Outbox,
  ) {}

  /** @throws ConsumerUnknown */
  async find(consumerKey: string): Promise<WeakSigner> {
    const [signer] = await this.statements.run<WeakSigner>(FIND, [consumerKey]);
    if (!signer) throw new ConsumerUnknown();
    return signer;
  }

  /** The consumers after a key with weak signatures, flags or hints, in the order of their keys. */
  page(afterConsumerKey: string, limit: number): Promise<WeakSigner[]> {
    return this.statements.run<WeakSigner>(PAGE, [afterConsumerKey, limit]);
  }

  /**
   * Sets the date from which a consumer's weak methods are refused.
   *
   * @param until by the database's clock, may be in the past; null: never
   * @throws ConsumerUnknown
   */
  async setUntil(consumerKey: string, until: Date | null, actor: AuditActor): Promise<void> {
    await this.audit.record(
      (before: Date | null) => ({
        actor,
        action: 'consumer.set-weak-signatures-until',
        target: `consumer:${consumerKey}`,
        detail: { from: before?.toISOString() ?? null, to: until?.toISOString() ?? null },
      }),
      async (transaction) => {
        const [row] = await transaction.run<GrantRow>(LOCK, [consumerKey]);
        const before = row && this.grants.verified(CONSUMER_GRANT, row, { consumerKey });
        if (!before) throw new ConsumerUnknown();
        const granted = grantedToConsumer({ ...before, weakSignaturesUntil: until });
        const mac = this.grants.mac('consumer', granted);
        await transaction.run(SET_UNTIL, [consumerKey, until, mac]);
        await this.outbox.add(transaction, [
          consumerEvent('changed', { consumerKey }, ['weakSignaturesUntil']),
        ]);
        return before.weakSignaturesUntil;
      },
    );
  }
}
