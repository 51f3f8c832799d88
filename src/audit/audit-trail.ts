import { Injectable } from '@nestjs/common';
import { Transactions, type Transaction } from '../database/transactions.js';
import { SecretBox } from '../secrets/secret-box.js';
import { eventHash, type NewAuditEvent } from './audit-event.js';
import { HEAD_COLUMNS, sealHead, type AuditHead } from './audit-head.js';

// The head is the lock of the chain: whoever holds it appends next. It is taken last, so that it is
// held for the shortest time, and nobody waits for anything else while holding it.
const LOCK_HEAD = {
  name: 'lock-audit-head',
  text: `
    SELECT ${HEAD_COLUMNS},
      greatest(date_trunc('milliseconds', clock_timestamp()), last_at) AS at
    FROM audit_head FOR UPDATE`,
};

const APPEND = {
  name: 'append-audit-event',
  text: `
    WITH moved AS (
      UPDATE audit_head SET last_id = $1, last_at = $2, last_hash = $7, seal = $8)
    INSERT INTO audit_events (id, at, actor, action, target, detail, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};

/** The record of what was done over the admin API: it only grows, and shows when it was altered. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly transactions: Transactions,
    private readonly secretBox: SecretBox,
  ) {}

  /**
   * Makes a change and puts it on record in one transaction: both take place, or neither.
   *
   * @param act what is recorded; made from the change's result, it may be undefined, and then the
   * change changed nothing worth recording
   * @throws what the change threw; StoreUnavailable
   */
  record<Result>(
    act: NewAuditEvent | ((result: Result) => NewAuditEvent | undefined),
    change: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.transactions.run((transaction) => this.recorded(transaction, act, change));
  }

  /** The same, for a change that takes as long as there is to do. */
  recordAtLength<Result>(
    act: (result: Result) => NewAuditEvent,
    change: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.transactions.runAtLength((transaction) => this.recorded(transaction, act, change));
  }

  /** Puts on record what changed nothing: an attempt that was refused. @throws StoreUnavailable */
  note(act: NewAuditEvent): Promise<void> {
    return this.transactions.run((transaction) => this.append(transaction, act));
  }

  private async recorded<Result>(
    transaction: Transaction,
    act: NewAuditEvent | ((result: Result) => NewAuditEvent | undefined),
    change: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    const result = await change(transaction);
    const done = typeof act === 'function' ? act(result) : act;
    if (done !== undefined) await this.append(transaction, done);
    return result;
  }

  private async append(transaction: Transaction, act: NewAuditEvent): Promise<void> {
    const [head] = await transaction.run<AuditHead & { at: Date }>(LOCK_HEAD);
    if (!head) throw new Error('The head of the audit record is missing');
    const { actor, action, target, detail } = storable(act);
    const event = { id: head.lastId + 1, at: head.at.toISOString(), actor, action, target, detail };
    const hash = eventHash(head.lastHash, event);
    const seal = sealHead(this.secretBox, { lastId: event.id, lastHash: hash });
    await transaction.run(APPEND, [
      event.id,
      event.at,
      actor,
      action,
      target,
      JSON.stringify(detail),
      hash,
      seal,
    ]);
  }
}

/** What PostgreSQL gives back as it was given: no NUL, no lone surrogates, nothing undefined. */
function storable(act: NewAuditEvent): NewAuditEvent {
  const text = JSON.stringify(act, (_, value: unknown) =>
    typeof value === 'string' ? Buffer.from(value).toString().replaceAll('\0', '\uFFFD') : value,
  );
  return JSON.parse(text) as NewAuditEvent;
}
