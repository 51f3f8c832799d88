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

/** The record of what was done over the admin API: it only grows, and shows when it was altered. */
@Injectable()
export class AuditTrail {
  private readonly logger = new Logger('Audit');
  /** Why appends are refused; logged when it changes, not for each append. */
  private refusing: string | undefined;
  /**
   * Whether this process has seen the record begun. Then it begins none: who owns the tables has the database look
   * new for a moment. Nothing is made of a lower end, which a fail-over may leave.
   */
  private hasBegun = false;

  /** @param metrics none for a program that nobody watches */
  constructor(
    private readonly transactions: Transactions,
    private readonly proofs: RecordProofs,
    @Inject(Metrics) private readonly metrics?: Metrics,
  ) {}

  /**
   * Makes a change and puts it on record in one transaction: both take place, or neither.
   *
   * @param act what is recorded; made from the change's result, it may be undefined, and then the
   * change changed nothing worth recording
   * @throws what the change threw; RecordNotOurs; StoreUnavailable
   */
  record<Result>(
    act: NewAuditEvent | ((result: Result) => NewAuditEvent | undefined),
    change: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.transactions.run((transaction) => this.recorded(transaction, act, change));
  }

  /**
   * The same for changes that came together: they share the transaction, the lock of the record's end and
   * the flush to disk. Each has an event of its own, which follows the one before it. What is refused must
   * be a result of the change, and no error, which would take back all of them.
   *
   * @param acts what is recorded, in this order
   * @param change of rows that no process caches (Transactions.runWithoutCatchUp); may be made twice
   * @param since when the first of those who wait began to, by performance.now()
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

  /** As `record`, for a change that takes as long as there is to do. */
  recordAtLength<Result>(
    act: (result: Result) => NewAuditEvent,
    change: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.transactions.runAtLength((transaction) => this.recorded(transaction, act, change));
  }

  /**
   * Puts on record what changed nothing: an attempt that was refused.
   *
   * @throws RecordNotOurs; StoreUnavailable
   */
  note(act: NewAuditEvent): Promise<void> {
    return this.transactions.run((transaction) => this.append(transaction, [act]));
  }

  /**
   * Makes sure that the record is one that a service with these keys wrote, and begins it where there is
   * none yet. To be called before anything that leaves an event is made.
   *
   * @param runner for a look without a lock, which is enough nearly always
   * @throws RecordNotOurs; StoreUnavailable; the error of PostgreSQL where the schema is still to come
   */
  async open(runner: StatementRunner): Promise<void> {
    const { standing } = await this.look(runner);
    if (standing === 'ours') this.refusing = undefined;
    else await this.transactions.run((transaction) => this.append(transaction, []));
  }

  /**
   * Whether the record proves that every row which grants something has a MAC. It did not while a release
   * without MACs could serve beside this one; nobody without SECRET_KEYS makes or takes back the proof.
   *
   * @throws RecordNotOurs; StoreUnavailable
   */
  async grantsAreComplete(runner: StatementRunner): Promise<boolean> {
    const { standing, head } = await this.look(runner);
    // Who emptied the record must not have rows taken that lack a MAC.
    return standing === 'unbegun' || (standing === 'ours' && head?.grantsSince !== null);
  }

  /**
   * Puts on record that from now on every row which grants something has a MAC.
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
   * Begins anew: from this event on each has a proof under the first key, and the event proves what came
   * before as it stands now. So nothing that was altered before may be taken for whole: verify first.
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
    // Not of a head that this process has written, which may be rolled back.
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
 * The head for an event that begins the proofs. What releases without proofs recorded may have rows
 * without MACs beside it; where nothing was recorded there are none, or none that are taken.
 */
const begun = ({ standing, ...head }: LockedHead): LockedHead => ({
  ...head,
  standing,
  lastAt: standing === 'unbegun' ? null : head.lastAt,
  since: head.lastId + 1,
  grantsSince:
    standing === 'unbegun' ? head.lastId + 1 : standing === 'ours' ? head.grantsSince : null,
});

/** The event that proves what stands before it, and from which on each has a proof of its own. */
const beginning = (actor: AuditActor, reason: string): NewAuditEvent => ({
  actor,
  action: 'record.begin',
  target: 'record',
  detail: { reason },
});

type EventContent = Pick<AuditEvent, 'actor' | 'action' | 'target' | 'detail'>;

/** What PostgreSQL gives back as it was given: no NUL, no lone surrogates, nothing undefined. */
function storable({ actor, action, target, detail }: NewAuditEvent): EventContent {
  const { name, requestId, address } = actor;
  const act = { actor: name, action, target, detail: { ...detail, requestId, address } };
  const text = JSON.stringify(act, (_, value: unknown) =>
    typeof value === 'string' ? Buffer.from(value).toString().replaceAll('\0', '\uFFFD') : value,
  );
  return JSON.parse(text) as EventContent;
}
