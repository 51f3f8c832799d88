import { exactNumber } from '../database/exact-number.js';
import type { StatementRunner } from '../database/transactions.js';
import type { DerivedKeys } from '../secrets/derived-keys.js';
import type { SecretBox } from '../secrets/secret-box.js';
import { NO_HASH } from './event-hash.js';

/** Where the record ends. */
export interface AuditHead {
  readonly lastId: number;
  readonly lastHash: string;
}

/** All that the proof of the head holds. */
export interface ProvenHead extends AuditHead {
  /** When the last event took place; no later one is dated before it. Null before there is any. */
  readonly lastAt: Date | null;
  /** The first event from which on each has a proof of its own; null before there is any. */
  readonly since: number | null;
  /**
   * The event from which on every row that grants something has a MAC (docs/adr/0035): the first of a
   * database that began with this release, or `grants.complete`. Null while some may lack one.
   */
  readonly grantsSince: number | null;
}

/** The head as it is stored. */
export interface StoredHead extends ProvenHead {
  /** Proves all of the above. */
  readonly mac: Buffer | null;
  /** How releases before docs/adr/0031 sealed the end. */
  readonly seal: Buffer | null;
}

/** A temporary table, which an earlier user of a pooler's session may have left, stands before the real one. */
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
 * The head as it stands; undefined when it is gone.
 *
 * @returns `goesOn`: there are events past it, so that it is an old one which somebody put back
 * @throws as the runner does
 */
export const readHead = async (
  runner: StatementRunner,
): Promise<(StoredHead & { readonly goesOn: boolean }) | undefined> =>
  (await runner.run<StoredHead & { goesOn: boolean }>(HEAD))[0];

/**
 * `ours`: a replica with these keys wrote it last. `earlier`: a release that gave events no proof wrote
 * it last. `unbegun`: nothing was ever recorded, or all was taken away. `foreign`: somebody else.
 */
export type HeadStanding = 'ours' | 'earlier' | 'unbegun' | 'foreign';

const SEAL_PLACE = { table: 'audit_head', row: 'head', column: 'seal' } as const;

const headText = ({ lastId, lastHash, lastAt, since, grantsSince }: ProvenHead): string =>
  JSON.stringify([since, lastId, lastHash, lastAt && lastAt.getTime(), grantsSince]);

/**
 * Proves events and the end of the record with keys that the database does not hold. A hash stands for
 * its event and all before it, so that a proof of the hash is one of them all.
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
    // A release from before sets the seal, and leaves the proof of an earlier end as it was.
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
