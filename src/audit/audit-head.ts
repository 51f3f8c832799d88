import type { SecretBox } from '../secrets/secret-box.js';

/** Where the record ends. */
export interface AuditHead {
  readonly lastId: number;
  readonly lastHash: string;
}

/** The head as it is stored; the seal is null before the first event. */
export interface SealedHead extends AuditHead {
  readonly seal: Buffer | null;
}

const PLACE = { table: 'audit_head', row: 'head', column: 'seal' } as const;

const text = ({ lastId, lastHash }: AuditHead): string => `${lastId} ${lastHash}`;

/** Seals the head with a key that the database does not hold. */
export const sealHead = (secretBox: SecretBox, head: AuditHead): Buffer =>
  secretBox.seal(text(head), PLACE);

/** Whether the head is one that the service wrote. */
export function isOurHead(secretBox: SecretBox, { seal, ...head }: SealedHead): boolean {
  if (seal === null) return head.lastId === 0 && head.lastHash === '';
  try {
    return secretBox.open(seal, PLACE) === text(head);
  } catch {
    return false;
  }
}

/** Reads the head; `lastId` comes as a number. */
export const HEAD_COLUMNS = `last_id::float8 AS "lastId", last_hash AS "lastHash", seal`;
