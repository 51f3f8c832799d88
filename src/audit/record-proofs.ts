import type { StatementRunner } from '../database/transactions.js';
import type { DerivedKeys } from '../secrets/derived-keys.js';
import type { SecretBox } from '../secrets/secret-box.js';
import { NO_HASH } from './audit-event.js';

/** Where the record ends. */
export interface AuditHead {
  readonly lastId: number;
  readonly lastHash: string;
}

/** The head as it is stored. */
export interface StoredHead extends AuditHead {
  /** The first event from which on each has a proof of its own; null before there is any. */
  readonly since: number | null;
  /** Proves the three above. */
  readonly mac: Buffer | null;
  /** How releases before docs/adr/0031 sealed the end. */
  readonly seal: Buffer | null;
}

/** Selects the head; ids come as numbers. */
export const HEAD_COLUMNS = `
  last_id::float8 AS "lastId", last_hash AS "lastHash", since::float8 AS since, mac, seal`;

const HEAD = { name: 'audit-head', text: `SELECT ${HEAD_COLUMNS} FROM audit_head` };

/** The head as it stands; undefined when it is gone. @throws as the runner does */
export const readHead = async (runner: StatementRunner): Promise<StoredHead | undefined> =>
  (await runner.run<StoredHead>(HEAD))[0];

/**
 * `ours`: a replica with these keys wrote it last. `earlier`: a release that gave events no proof wrote
 * it last. `unbegun`: nothing was ever recorded, or all was taken away. `foreign`: somebody else.
 */
export type HeadStanding = 'ours' | 'earlier' | 'unbegun' | 'foreign';

const SEAL_PLACE = { table: 'audit_head', row: 'head', column: 'seal' } as const;

const headText = ({ lastId, lastHash }: AuditHead, since: number): string =>
  `${since} ${lastId} ${lastHash}`;

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

  ofHead(head: AuditHead, since: number): Buffer {
    return this.keys.mac('audit-head', headText(head, since));
  }

  /** Whether the first key of the ring made the proof. */
  isUnderFirstKey(mac: Buffer): boolean {
    return this.keys.isUnderFirstKey(mac);
  }

  standingOf(head: StoredHead | undefined): HeadStanding {
    if (head === undefined) return 'foreign';
    const { lastId, lastHash, since, mac, seal } = head;
    if (
      mac !== null &&
      since !== null &&
      this.keys.verify('audit-head', headText(head, since), mac)
    )
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
