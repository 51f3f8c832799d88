import { Injectable } from '@nestjs/common';
import { setImmediate } from 'node:timers/promises';
import { Transactions, type Transaction } from '../database/transactions.js';
import type { AuditEvent } from './audit-event.js';
import { eventHash, NO_HASH } from './event-hash.js';
import { EVENT_COLUMNS } from './audit-events.js';
import { readHead, RecordProofs, type AuditHead, type StoredHead } from './record-proofs.js';

/** What a look through the whole record found. */
export interface AuditVerdict {
  readonly events: number;
  readonly head: AuditHead | undefined;
  /** The first event from which on each has a proof of its own; undefined before there is any. */
  readonly since: { readonly id: number; readonly at: string } | undefined;
  /** Proofs, that of the end included, that another key than the first of the ring made. */
  readonly underOtherKeys: number;
  /** Sentences, each naming a place; empty when the record is whole. */
  readonly faults: readonly string[];
}

const BATCH = 1000;
/** After so many events, some 0.5 ms of hashing, whatever else waits for the thread has its turn. */
const EVENTS_AT_ONCE = 25;
const EVENTS_AFTER = {
  name: 'audit-events-after',
  text: `SELECT ${EVENT_COLUMNS}, mac FROM audit_events WHERE id > $1 ORDER BY audit_events.id LIMIT ${BATCH}`,
};
/** One alteration breaks little; who sees this many has seen enough. */
const MAX_FAULTS = 20;

/** Goes through the record and finds what was edited, removed, added, reordered or cut. */
@Injectable()
export class AuditVerifier {
  constructor(
    private readonly transactions: Transactions,
    private readonly proofs: RecordProofs,
  ) {}

  /**
   * Checks every event against its hash and its proof, the hashes against each other, and the end against
   * the head, in constant memory, while the service goes on.
   *
   * @param known an event that was noted down earlier, outside the database: whoever could restore
   * an old state with its old head can't change what was noted
   * @throws StoreUnavailable
   */
  verify(known?: AuditHead): Promise<AuditVerdict> {
    return this.transactions.runOnSnapshot(async (transaction) => {
      const faults: string[] = [];
      const addFault = (fault: string) => void (faults.length < MAX_FAULTS && faults.push(fault));
      const head = await readHead(transaction);
      const standing = this.proofs.standingOf(head);
      // A release from before that appends beside this one begins no new part; the next event does.
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
    // The first start of the service begins it, so that there is an event ever after.
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
