import { exactNumber } from '../database/exact-number.js';
import type { StatementRunner } from '../database/transactions.js';
import type { DerivedKeys } from '../secrets/derived-keys.js';
import type { SecretBox } from '../secrets/secret-box.js';
import { NO_HASH } from './event-hash.js';

/** The end of the record. */
export interface AuditHead {
  readonly lastId: number;
  readonly lastHash: string;
}

/** All fields that the proof of the head covers. */
export interface ProvenHead extends AuditHead {
  /** The time of the last event; no later event has an earlier time. Null if there is no event. */
  readonly lastAt: Date | null;
  /** The id of the first event with a proof; each later event has one, too. Null if no event has a proof. */
  readonly since: number | null;
  /**
   * The id of the event from which on every row that grants something has a MAC (docs/adr/0035): the first event of a
   * database that began with this release, or `grants.complete`. Null while some rows may have no MAC.
   */
  readonly grantsSince: number | null;
}

/** The head as it is stored. */
export interface StoredHead extends ProvenHead {
  /** Proves the fields above. */
  readonly mac: Buffer | null;
  /** The proof of the end as releases before docs/adr/0031 sealed it. */
  readonly seal: Buffer | null;
}

/** Whether a temporary table hides the real one. An earlier user of a pooler's session may have left such a table. */
export const IS_SHADOWED =
  "coalesce(to_regclass('pg_temp.audit_head'), to_regclass('pg_temp.audit_events')) IS NOT NULL";

/** Selects the head; ids come as numbers. */
export const HEAD_COLUMNS = `
  ${exactNumber('last_id')} AS "lastId", last_hash AS "lastHash", last_at AS "lastAt",
  ${exactNumber('since')} AS since, ${exactNumber('grants_since')} AS "grantsSince", mac, seal`;

const HEAD = {
  name: 'audit-head',
  text: `
    SELECT ${HEAD_COLUMNS},
      EXISTS (SELECT FROM audit_events e WHERE e.id > audit_head.last_id) AS "goesOn"
    FROM audit_head WHERE NOT (${IS_SHADOWED})`,
};

/**
 * Reads the head; undefined if it is missing.
 *
 * @returns `goesOn`: there are events after the head, which means that someone restored an old head
 * @throws as the runner does
 */
export const readHead = async (
  runner: StatementRunner,
): Promise<(StoredHead & { readonly goesOn: boolean }) | undefined> =>
  (await runner.run<StoredHead & { goesOn: boolean }>(HEAD))[0];

/**
 * Who wrote the head last. `ours`: a replica with these keys. `earlier`: a release that gave events no proof.
 * `unbegun`: nothing was ever recorded, or the whole record was removed. `foreign`: anyone else.
 */
export type HeadStanding = 'ours' | 'earlier' | 'unbegun' | 'foreign';

const SEAL_PLACE = { table: 'audit_head', row: 'head', column: 'seal' } as const;

const headText = ({ lastId, lastHash, lastAt, since, grantsSince }: ProvenHead): string =>
  JSON.stringify([since, lastId, lastHash, lastAt && lastAt.getTime(), grantsSince]);

/**
 * Proves events and the end of the record with keys that are not in the database. A hash covers its event and all
 * events before it, so the proof of a hash proves all of them.
 */
export class RecordProofs {
  constructor(
    private readonly keys: DerivedKeys,
    private readonly secretBox: SecretBox,
  ) {}

  ofEvent(hash: string): Buffer {
    return this.keys.mac('audit-event', hash);
  }

  isOfEvent(mac: Buffer | null, hash: string): boolean {
    return mac !== null && this.keys.verify('audit-event', hash, mac);
  }

  ofHead(head: ProvenHead): Buffer {
    return this.keys.mac('audit-head', headText(head));
  }

  /** Whether the first key of the ring made the proof. */
  isUnderFirstKey(mac: Buffer): boolean {
    return this.keys.isUnderFirstKey(mac);
  }

  standingOf(head: StoredHead | undefined): HeadStanding {
    if (head === undefined) return 'foreign';
    const { lastId, lastHash, since, mac, seal } = head;
    if (mac !== null && since !== null && this.keys.verify('audit-head', headText(head), mac))
      return 'ours';
    // An older release sets the seal, and leaves the proof of an earlier end unchanged.
    if (seal !== null) return this.isSealed(head, seal) ? 'earlier' : 'foreign';
    const empty = lastId === 0 && lastHash === NO_HASH && mac === null && since === null;
    return empty ? 'unbegun' : 'foreign';
  }

  private isSealed({ lastId, lastHash }: AuditHead, seal: Buffer): boolean {
    try {
      return this.secretBox.open(seal, SEAL_PLACE) === `${lastId} ${lastHash}`;
    } catch {
      return false;
    }
  }
}
