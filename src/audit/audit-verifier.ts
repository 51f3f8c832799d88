import { Injectable } from '@nestjs/common';
import { setImmediate } from 'node:timers/promises';
import { Transactions, type Transaction } from '../database/transactions.js';
import type { AuditEvent } from './audit-event.js';
import { eventHash, NO_HASH } from './event-hash.js';
import { EVENT_COLUMNS } from './audit-events.js';
import { readHead, RecordProofs, type AuditHead, type StoredHead } from './record-proofs.js';

/** The result of a check of the whole record. */
export interface AuditVerdict {
  readonly events: number;
  readonly head: AuditHead | undefined;
  /** The first event with a proof; each later event has one, too. Undefined if no event has a proof. */
  readonly since: { readonly id: number; readonly at: string } | undefined;
  /** The number of proofs, including that of the head, that were not made with the first key of the ring. */
  readonly underOtherKeys: number;
  /** One sentence for each fault, with its place in the record; empty when the record is whole. */
  readonly faults: readonly string[];
}

const BATCH = 1000;
/** After this many events (some 0.5 ms of hashing), the verifier yields to the event loop. */
const EVENTS_AT_ONCE = 25;
const EVENTS_AFTER = {
  name: 'audit-events-after',
  text: `SELECT ${EVENT_COLUMNS}, mac FROM audit_events WHERE id > $1 ORDER BY audit_events.id LIMIT ${BATCH}`,
};
/** One alteration causes few faults, so this many are enough to report. */
const MAX_FAULTS = 20;

/** Checks the record for events that were edited, removed, added, reordered or cut off. */
@Injectable()
export class AuditVerifier {
  constructor(
    private readonly transactions: Transactions,
    private readonly proofs: RecordProofs,
  ) {}

  /**
   * Checks each event against its hash and its proof, each hash against the one before it, and the last event against
   * the head. Takes constant memory, and the service may run meanwhile.
   *
   * @param known the id and hash of an event, noted earlier outside the database; they reveal that an old state was
   * restored together with its old head
   * @throws StoreUnavailable
   */
  verify(known?: AuditHead): Promise<AuditVerdict> {
    return this.transactions.runOnSnapshot(async (transaction) => {
      const faults: string[] = [];
      const addFault = (fault: string) => void (faults.length < MAX_FAULTS && faults.push(fault));
      const head = await readHead(transaction);
      const standing = this.proofs.standingOf(head);
      // An older release that appends beside this one does not begin a new part; the next event of this release does.
      const provenFrom = standing === 'earlier' ? Infinity : (head?.since ?? Infinity);
      let last: AuditHead = { lastId: 0, lastHash: NO_HASH };
      let events = 0;
      let since: AuditVerdict['since'];
      let underOtherKeys = head?.mac && !this.proofs.isUnderFirstKey(head.mac) ? 1 : 0;
      let met = known === undefined;
      for await (const { mac, ...event } of allEvents(transaction)) {
        events += 1;
        if (events % EVENTS_AT_ONCE === 0) await setImmediate();
        if (event.id !== last.lastId + 1) {
          addFault(
            `Event ${event.id} follows event ${last.lastId}: what was between them is gone.`,
          );
        }
        if (event.hash !== eventHash(last.lastHash, event)) {
          addFault(
            `Event ${event.id} is not what was recorded, or does not follow the one before it.`,
          );
        }
        if (event.id >= provenFrom) {
          since ??= { id: event.id, at: event.at };
          if (!this.proofs.isOfEvent(mac, event.hash)) {
            addFault(`Event ${event.id} was not written by the service.`);
          } else if (mac && !this.proofs.isUnderFirstKey(mac)) underOtherKeys += 1;
        }
        if (event.id === known?.lastId && event.hash === known.lastHash) met = true;
        last = { lastId: event.id, lastHash: event.hash };
      }
      for (const fault of this.faultsOfEnd(head, last)) addFault(fault);
      if (!met) addFault(`Event ${known?.lastId} is not the one that was noted.`);
      return {
        events,
        head: head && { lastId: head.lastId, lastHash: head.lastHash },
        since,
        underOtherKeys,
        faults,
      };
    });
  }

  private faultsOfEnd(head: StoredHead | undefined, last: AuditHead): string[] {
    if (!head) return ['The head of the record is gone.'];
    const faults: string[] = [];
    const standing = this.proofs.standingOf(head);
    if (standing === 'foreign') faults.push('The head of the record was altered.');
    // The first start of the service begins the record, so it always contains an event after that.
    if (standing === 'unbegun')
      faults.push('The record has not begun, or all of it was taken away.');
    if (head.lastId !== last.lastId || head.lastHash !== last.lastHash) {
      faults.push(`The record ends with event ${last.lastId}, its head says ${head.lastId}.`);
    }
    return faults;
  }
}

type StoredEvent = AuditEvent & { readonly mac: Buffer | null };

async function* allEvents(transaction: Transaction): AsyncGenerator<StoredEvent> {
  let after = 0;
  for (;;) {
    const rows = await transaction.run<Omit<StoredEvent, 'at'> & { at: Date }>(EVENTS_AFTER, [
      after,
    ]);
    for (const row of rows) yield { ...row, at: row.at.toISOString() };
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    after = last.id;
  }
}
