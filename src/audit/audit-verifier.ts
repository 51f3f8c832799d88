import { Injectable } from '@nestjs/common';
import { Transactions, type Transaction } from '../database/transactions.js';
import { SecretBox } from '../secrets/secret-box.js';
import { eventHash, NO_HASH, type AuditEvent } from './audit-event.js';
import { EVENT_COLUMNS } from './audit-events.js';
import { HEAD_COLUMNS, isOurHead, type AuditHead, type SealedHead } from './audit-head.js';

/** What a look through the whole record found. */
export interface AuditVerdict {
  readonly events: number;
  readonly head: AuditHead | undefined;
  /** Sentences, each naming a place; empty when the record is whole. */
  readonly faults: readonly string[];
}

const HEAD = { name: 'audit-head', text: `SELECT ${HEAD_COLUMNS} FROM audit_head` };
const BATCH = 1000;
const EVENTS_AFTER = {
  name: 'audit-events-after',
  text: `SELECT ${EVENT_COLUMNS} FROM audit_events WHERE id > $1 ORDER BY id LIMIT ${BATCH}`,
};
/** One alteration breaks little; who sees this many has seen enough. */
const MAX_FAULTS = 20;

/** Goes through the record and finds what was edited, removed, added, reordered or cut. */
@Injectable()
export class AuditVerifier {
  constructor(
    private readonly transactions: Transactions,
    private readonly secretBox: SecretBox,
  ) {}

  /**
   * Checks every event against its hash, the hashes against each other, and the end against the
   * sealed head, in constant memory, while the service goes on.
   *
   * @param known an event that was noted down earlier, outside the database: whoever could restore
   * an old state with its old head can't change what was noted
   * @throws StoreUnavailable
   */
  verify(known?: AuditHead): Promise<AuditVerdict> {
    return this.transactions.runOnSnapshot(async (transaction) => {
      const faults: string[] = [];
      const tell = (fault: string) => void (faults.length < MAX_FAULTS && faults.push(fault));
      const [head] = await transaction.run<SealedHead>(HEAD);
      let last: AuditHead = { lastId: 0, lastHash: NO_HASH };
      let events = 0;
      let met = known === undefined;
      for await (const event of allEvents(transaction)) {
        events += 1;
        if (event.id !== last.lastId + 1) {
          tell(`Event ${event.id} follows event ${last.lastId}: what was between them is gone.`);
        }
        if (event.hash !== eventHash(last.lastHash, event)) {
          tell(`Event ${event.id} is not what was recorded, or does not follow the one before it.`);
        }
        if (event.id === known?.lastId && event.hash === known.lastHash) met = true;
        last = { lastId: event.id, lastHash: event.hash };
      }
      if (!head) tell('The head of the record is gone.');
      else {
        if (!isOurHead(this.secretBox, head)) tell('The head of the record was altered.');
        if (head.lastId !== last.lastId || head.lastHash !== last.lastHash) {
          tell(`The record ends with event ${last.lastId}, its head says ${head.lastId}.`);
        }
      }
      if (!met) tell(`Event ${known?.lastId} is not the one that was noted.`);
      return { events, head: head && { lastId: head.lastId, lastHash: head.lastHash }, faults };
    });
  }
}

async function* allEvents(transaction: Transaction): AsyncGenerator<AuditEvent> {
  let after = 0;
  for (;;) {
    const rows = await transaction.run<Omit<AuditEvent, 'at'> & { at: Date }>(EVENTS_AFTER, [
      after,
    ]);
    for (const row of rows) yield { ...row, at: row.at.toISOString() };
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    after = last.id;
  }
}
