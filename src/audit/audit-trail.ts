import { Inject, Injectable, Logger } from '@nestjs/common';
import { Transactions, type StatementRunner, type Transaction } from '../database/transactions.js';
import { Metrics } from '../metrics/metrics.js';
import {
  actorWithoutRequest,
  type AuditActor,
  type AuditEvent,
  type NewAuditEvent,
} from './audit-event.js';
import { APPEND, LOCK_HEAD } from './append-statements.js';
import { eventHash } from './event-hash.js';
import { isNewDatabase } from './new-database.js';
import { RecordNotOurs } from '../failures/record-not-ours.js';
import {
  readHead,
  RecordProofs,
  type AuditHead,
  type HeadStanding,
  type ProvenHead,
  type StoredHead,
} from './record-proofs.js';

const NOT_THEIRS = 'its end is not one that they proved';
const EMPTIED = 'it had begun, and is empty';
const GOES_ON = 'it goes on past its end';
const NOT_WRITTEN = 'what was appended is not there';
const SHADOWED = 'a temporary table stands before it';
const UNIQUE_VIOLATION = '23505';

/** The record of the acts on the admin API. It is append-only, and alterations can be detected. */
@Injectable()
export class AuditTrail {
  private readonly logger = new Logger('Audit');
  /** Why appends are refused; logged when it changes, not for each append. */
  private refusing: string | undefined;
  /**
   * Whether this process has seen that the record has begun. If so, it never begins a new one, because the owner of
   * the tables could make the database look new for a moment. A head with a lower id is accepted, because a failover
   * may leave one.
   */
  private hasBegun = false;

  /** @param metrics undefined for a program without metrics */
  constructor(
    private readonly transactions: Transactions,
    private readonly proofs: RecordProofs,
    @Inject(Metrics) private readonly metrics?: Metrics,
  ) {}

  /**
   * Makes a change and records it in one transaction: both take place, or neither.
   *
   * @param act the event, or a function that makes it from the change's result; the function returns undefined if
   * there is nothing to record
   * @throws what the change threw; RecordNotOurs; StoreUnavailable
   */
  record<Result>(
    act: NewAuditEvent | ((result: Result) => NewAuditEvent | undefined),
    change: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.transactions.run((transaction) => this.recorded(transaction, act, change));
  }

  /**
   * As `record`, for several changes that arrived together. They share one transaction, one lock of the head and one
   * flush to disk. Each has its own event, and the events follow each other. The change must return a refusal as a
   * result: an error would roll back all of the changes.
   *
   * @param acts makes the events, in the order in which they are recorded
   * @param change changes only rows that no process caches (Transactions.runWithoutCatchUp); may be called twice
   * @param since when the first caller began to wait, by performance.now()
   */
  recordAll<Result>(
    acts: (result: Result) => readonly NewAuditEvent[],
    change: (runner: StatementRunner) => Promise<Result>,
    since: number,
  ): Promise<Result> {
    return this.transactions.runWithoutCatchUp(async (transaction) => {
      const result = await change(transaction);
      const done = acts(result);
      if (done.length > 0) await this.append(transaction, done);
      return result;
    }, since);
  }

  /** As `record`, for a change without a time limit for the whole transaction. */
  recordAtLength<Result>(
    act: (result: Result) => NewAuditEvent,
    change: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.transactions.runAtLength((transaction) => this.recorded(transaction, act, change));
  }

  /**
   * Records an act that changes no row, such as a refused attempt.
   *
   * @throws RecordNotOurs; StoreUnavailable
   */
  note(act: NewAuditEvent): Promise<void> {
    return this.transactions.run((transaction) => this.append(transaction, [act]));
  }

  /**
   * Checks that a service with these keys wrote the record, and begins the record if there is none yet. Call this
   * before any change that is recorded.
   *
   * @param runner for a read without a lock, which is nearly always enough
   * @throws RecordNotOurs; StoreUnavailable; the error of PostgreSQL if the schema does not exist yet
   */
  async open(runner: StatementRunner): Promise<void> {
    const { standing } = await this.look(runner);
    if (standing === 'ours') this.refusing = undefined;
    else await this.transactions.run((transaction) => this.append(transaction, []));
  }

  /**
   * Whether the record proves that every row which grants something has a MAC. The proof is missing as long as a
   * release without MACs may run beside this one. Nobody can create or remove the proof without SECRET_KEYS.
   *
   * @throws RecordNotOurs; StoreUnavailable
   */
  async grantsAreComplete(runner: StatementRunner): Promise<boolean> {
    const { standing, head } = await this.look(runner);
    // An attacker who empties the record must not get rows without a MAC accepted.
    return standing === 'unbegun' || (standing === 'ours' && head?.grantsSince !== null);
  }

  /**
   * Records that from now on every row which grants something has a MAC.
   *
   * @throws RecordNotOurs; StoreUnavailable
   */
  completeGrants(actor: AuditActor): Promise<void> {
    return this.transactions.run(async (transaction) => {
      const head = await this.lockHead(transaction);
      if (head.standing !== 'ours' || head.since === null) throw this.refused(NOT_THEIRS);
      await this.write(transaction, { ...head, grantsSince: head.lastId + 1 }, [
        { actor, action: 'grants.complete', target: 'record', detail: {} },
      ]);
    });
  }

  /**
   * Begins a new part of the record. From this event on, each event has a proof under the first key, and this event
   * proves the current state of all earlier events. It would also prove earlier alterations, so verify the record
   * first.
   *
   * @throws RecordNotOurs; StoreUnavailable
   */
  begin(actor: AuditActor, reason: string): Promise<void> {
    return this.transactions.run(async (transaction) => {
      const head = await this.lockHead(transaction);
      if (head.standing === 'foreign') throw this.refused(NOT_THEIRS);
      await this.write(transaction, begun(head), [beginning(actor, reason)]);
    });
  }

  private async look(runner: StatementRunner) {
    const head = await readHead(runner);
    const standing = this.proofs.standingOf(head);
    if (standing === 'foreign') throw new RecordNotOurs(NOT_THEIRS);
    if (head?.goesOn === true) throw new RecordNotOurs(GOES_ON);
    // Set only for a head that was read: a head that this process writes may still be rolled back.
    if (standing !== 'unbegun') this.hasBegun = true;
    return { standing, head };
  }

  private async recorded<Result>(
    transaction: Transaction,
    act: NewAuditEvent | ((result: Result) => NewAuditEvent | undefined),
    change: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    const result = await change(transaction);
    const done = typeof act === 'function' ? act(result) : act;
    if (done !== undefined) await this.append(transaction, [done]);
    return result;
  }

  private async append(
    transaction: StatementRunner,
    acts: readonly NewAuditEvent[],
  ): Promise<void> {
    const head = await this.lockHead(transaction);
    if (head.standing === 'ours') return this.write(transaction, head, acts);
    if (head.standing === 'foreign') throw this.refused(NOT_THEIRS);
    if (head.standing === 'unbegun' && !(await isNewDatabase(transaction))) {
      throw this.refused('it is empty, and the database is not');
    }
    if (head.standing === 'unbegun' && this.hasBegun) throw this.refused(EMPTIED);
    const reason = head.standing === 'unbegun' ? 'first' : 'earlier release';
    const all = [beginning(actorWithoutRequest('service'), reason), ...acts];
    return this.write(transaction, begun(head), all);
  }

  private async lockHead(transaction: StatementRunner): Promise<LockedHead> {
    const [head] = await transaction.run<StoredHead & { now: Date; isShadowed: boolean }>(
      LOCK_HEAD,
    );
    if (!head) throw this.refused('its end is gone');
    if (head.isShadowed) throw this.refused(SHADOWED);
    return { ...head, standing: this.proofs.standingOf(head) };
  }

  private async write(
    transaction: StatementRunner,
    { now, ...end }: ProvenHead & { now: Date },
    acts: readonly NewAuditEvent[],
  ): Promise<void> {
    const at = end.lastAt !== null && end.lastAt > now ? end.lastAt : now;
    let last: AuditHead = end;
    const events = acts.map((one) => {
      const { actor, action, target, detail } = storable(one);
      const event = { id: last.lastId + 1, at: at.toISOString(), actor, action, target, detail };
      const hash = eventHash(last.lastHash, event);
      last = { lastId: event.id, lastHash: hash };
      return { ...event, hash, mac: this.proofs.ofEvent(hash) };
    });
    const { since, grantsSince } = end;
    try {
      const [done] = await transaction.run<{ moved: number; written: number }>(APPEND, [
        last.lastId,
        at.toISOString(),
        last.lastHash,
        since,
        grantsSince,
        this.proofs.ofHead({ ...last, lastAt: at, since, grantsSince }),
        events.map(({ id }) => id),
        events.map(({ actor }) => actor),
        events.map(({ action }) => action),
        events.map(({ target }) => target),
        events.map(({ detail }) => JSON.stringify(detail)),
        events.map(({ hash }) => hash),
        events.map(({ mac }) => mac),
      ]);
      if (done?.moved !== 1 || done.written !== events.length) throw this.refused(NOT_WRITTEN);
    } catch (error) {
      if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
      throw this.refused(GOES_ON);
    }
    this.refusing = undefined;
  }

  private refused(reason: string): RecordNotOurs {
    this.metrics?.recordRefused();
    if (this.refusing !== reason)
      this.logger.fatal('Audit log was not written by this service; admin operations are refused', {
        reason,
      });
    this.refusing = reason;
    return new RecordNotOurs(reason);
  }
}

type LockedHead = StoredHead & { readonly now: Date; readonly standing: HeadStanding };

/**
 * The head for an event that begins the proofs. Releases without proofs may have written rows without MACs. If
 * nothing was recorded, there are no such rows, or none that are accepted.
 */
const begun = ({ standing, ...head }: LockedHead): LockedHead => ({
  ...head,
  standing,
  lastAt: standing === 'unbegun' ? null : head.lastAt,
  since: head.lastId + 1,
  grantsSince:
    standing === 'unbegun' ? head.lastId + 1 : standing === 'ours' ? head.grantsSince : null,
});

/** The event that proves all events before it. From it on, each event has its own proof. */
const beginning = (actor: AuditActor, reason: string): NewAuditEvent => ({
  actor,
  action: 'record.begin',
  target: 'record',
  detail: { reason },
});

type EventContent = Pick<AuditEvent, 'actor' | 'action' | 'target' | 'detail'>;

/** The event in a form that PostgreSQL returns unchanged: no NUL, no lone surrogates, no undefined. */
function storable({ actor, action, target, detail }: NewAuditEvent): EventContent {
  const { name, requestId, address } = actor;
  const act = { actor: name, action, target, detail: { ...detail, requestId, address } };
  const text = JSON.stringify(act, (_, value: unknown) =>
    typeof value === 'string' ? Buffer.from(value).toString().replaceAll('\0', '\uFFFD') : value,
  );
  return JSON.parse(text) as EventContent;
}
