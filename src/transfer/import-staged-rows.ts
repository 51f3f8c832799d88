import { CONSUMER_FIELD_COLUMNS } from '../consumers/consumer-fields.js';
import { GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import type { Statement } from '../database/statements.js';
import type { Transaction } from '../database/transactions.js';
import {
  ACCESS_TOKEN_GRANT,
  STAGED_GRANT,
  type Granted,
  type GrantKind,
} from '../grants/granted.js';
import type { Grants } from '../grants/grants.js';
import { ROWS } from './staged-imports.js';

/** A staged row as it is taken over. */
interface StagedRow {
  readonly key: string;
  /** As `stagedGrant` has it. Null for a token that was revoked before: it gets nothing, and no MAC. */
  readonly staged: Granted | null;
  readonly grantMac: Buffer | null;
}

const CONSUMER_COLUMNS = `consumer_key, secret, previous_secret, previous_secret_expires_at,
  ${CONSUMER_FIELD_COLUMNS}, weak_signatures_until`;

const TOKEN_COLUMNS = 'token, consumer_key, secret, subject, scopes, expires_at, revoked_at';

/** The rows of an import after a key ($2), with what they would grant and the MAC that they were staged with. */
const stagedPart = (table: string, key: string, staged: string) => ({
  name: `staged-part-of-${table}`.replaceAll('_', '-'),
  text: `
    SELECT t.${key} AS key, ${staged} AS staged, t.grant_mac AS "grantMac"
    FROM ${table} t WHERE import_id = $1 AND ${key} > $2 ORDER BY ${key} LIMIT ${ROWS}`,
});

/** The MACs of the rows that they become: a staged one would fit no row of theirs. */
const MADE = 'unnest($2::text[], $3::bytea[]) AS made (key, mac)';

interface TakenTable {
  readonly rows: keyof StagedFileRows;
  readonly staged: GrantKind;
  readonly kind: GrantKind;
  readonly part: Statement;
  readonly take: Statement;
}

const TAKEN_TABLES: readonly TakenTable[] = [
  {
    rows: 'consumers',
    staged: 'staged-consumer',
    kind: 'consumer',
    part: stagedPart(
      'import_consumers',
      'consumer_key',
      STAGED_GRANT('consumer_key', GRANTED_TO_CONSUMER('t')),
    ),
    take: {
      name: 'take-over-consumers',
      text: `
        INSERT INTO consumers (${CONSUMER_COLUMNS}, grant_mac, version, created_at)
        SELECT ${CONSUMER_COLUMNS}, made.mac, 1, coalesce(created_at, now())
        FROM ${MADE} JOIN import_consumers ON import_id = $1 AND consumer_key = made.key
        RETURNING 1`,
    },
  },
  {
    rows: 'tokens',
    staged: 'staged-access-token',
    kind: 'access-token',
    part: stagedPart(
      'import_tokens',
      'token',
      `CASE WHEN t.revoked_at IS NULL THEN ${STAGED_GRANT('token', ACCESS_TOKEN_GRANT.sql)} END`,
    ),
    take: {
      name: 'take-over-tokens',
      text: `
        INSERT INTO access_tokens (${TOKEN_COLUMNS}, grant_mac, created_at)
        SELECT ${TOKEN_COLUMNS}, made.mac, coalesce(created_at, now())
        FROM ${MADE} JOIN import_tokens ON import_id = $1 AND token = made.key
        RETURNING 1`,
    },
  },
];

// Whoever takes it over holds its row until that is done; another finds nothing.
const HOLD = {
  name: 'hold-import',
  text: 'SELECT id FROM imports WHERE id = $1 AND finished_at IS NULL FOR UPDATE SKIP LOCKED',
};

const FINISH = {
  name: 'finish-import',
  text: 'UPDATE imports SET finished_at = now(), updated_at = now() WHERE id = $1',
};

/** How many rows of each kind the file held. */
interface StagedFileRows {
  readonly consumers: number;
  readonly tokens: number;
}

/** A file all of whose lines are staged. */
interface StagedWhole {
  readonly id: number;
  /** What the MACs of its rows are bound to. */
  readonly context: Buffer;
  readonly rows: StagedFileRows;
}

/**
 * Moves all staged rows of an import into the live tables, or none. Each has to prove that it is a line of this
 * very file; a line has one key, so the primary key has each once.
 *
 * @param onRows called for each part, with its number of rows
 * @returns `busy`: another process imports it, or has; `incomplete`: rows are missing; `altered`: rows changed after
 * they were staged, or were staged for another file. The caller then rolls the transaction back
 */
export async function importStagedRows(
  grants: Grants,
  transaction: Transaction,
  { id, context, rows }: StagedWhole,
  onRows: (rows: number) => void,
): Promise<'done' | 'busy' | 'incomplete' | 'altered'> {
  if ((await transaction.run(HOLD, [id])).length === 0) return 'busy';
  for (const table of TAKEN_TABLES) {
    let left = rows[table.rows];
    for (let after = ''; ;) {
      const part = await transaction.run<StagedRow>(table.part, [id, after]);
      const last = part.at(-1);
      if (!last) break;
      after = last.key;
      if (!part.every((row) => isStaged(grants, table, context, row))) {
        return 'altered';
      }
      const taken = await transaction.run(table.take, [
        id,
        part.map(({ key }) => key),
        part.map(({ staged }) => staged && grants.mac(table.kind, toBeGranted(staged))),
      ]);
      left -= taken.length;
      onRows(taken.length);
    }
    if (left !== 0) return 'incomplete';
  }
  await transaction.run(FINISH, [id]);
  return 'done';
}

const toBeGranted = ([, , , granted]: Granted): Granted => granted as Granted;

const isStaged = (
  grants: Grants,
  { staged: kind }: TakenTable,
  context: Buffer,
  { key, staged, grantMac }: StagedRow,
): boolean =>
  staged === null ||
  (staged[0] === key &&
    staged[1] === context.toString('hex') &&
    grants.hold(kind, staged, grantMac));
