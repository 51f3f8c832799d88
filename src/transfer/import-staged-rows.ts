import { CONSUMER_FIELD_COLUMNS } from '../consumers/consumer-fields.js';
import { GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import type { Statement } from '../database/statements.js';
import type { Transaction } from '../database/transactions.js';
import { ACCESS_TOKEN_GRANT, type Granted, type GrantKind } from '../grants/granted.js';
import type { Grants } from '../grants/grants.js';
import { ROWS } from './staged-imports.js';

/** A staged row as it is taken over. */
interface StagedGrant {
  readonly key: string;
  /** Null for a token that was revoked before: it gets nothing, and no MAC. */
  readonly granted: Granted | null;
  readonly grantMac: Buffer | null;
}

const CONSUMER_COLUMNS = `consumer_key, secret, previous_secret, previous_secret_expires_at,
  ${CONSUMER_FIELD_COLUMNS}, weak_signatures_until`;

const TOKEN_COLUMNS = 'token, consumer_key, secret, subject, scopes, expires_at, revoked_at';

/** The rows of an import after a key ($2), with what they would grant and the MAC that they were staged with. */
const stagedPart = (table: string, key: string, granted: string) => ({
  name: `staged-part-of-${table}`.replaceAll('_', '-'),
  text: `
    SELECT t.${key} AS key, ${granted} AS granted, t.grant_mac AS "grantMac"
    FROM ${table} t WHERE import_id = $1 AND ${key} > $2 ORDER BY ${key} LIMIT ${ROWS}`,
});

/** The MACs of the rows that they become: a staged one would fit no row of theirs. */
const MADE = 'unnest($2::text[], $3::bytea[]) AS made (key, mac)';

interface TakenTable {
  readonly staged: GrantKind;
  readonly kind: GrantKind;
  readonly part: Statement;
  readonly take: Statement;
}

const TAKEN_TABLES: readonly TakenTable[] = [
  {
    staged: 'staged-consumer',
    kind: 'consumer',
    part: stagedPart('import_consumers', 'consumer_key', GRANTED_TO_CONSUMER('t')),
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
    staged: 'staged-access-token',
    kind: 'access-token',
    part: stagedPart(
      'import_tokens',
      'token',
      `CASE WHEN t.revoked_at IS NULL THEN ${ACCESS_TOKEN_GRANT.sql} END`,
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

/**
 * Moves all staged rows of an import into the live tables, or none.
 *
 * @param rows how many the file held
 * @param onRows called for each part, with its number of rows
 * @returns `busy`: another process imports it, or has; `incomplete`: rows are missing; `altered`: rows changed after
 * they were staged. The caller then rolls the transaction back
 */
export async function importStagedRows(
  grants: Grants,
  transaction: Transaction,
  id: number,
  rows: number,
  onRows: (rows: number) => void,
): Promise<'done' | 'busy' | 'incomplete' | 'altered'> {
  if ((await transaction.run(HOLD, [id])).length === 0) return 'busy';
  let left = rows;
  for (const table of TAKEN_TABLES) {
    for (let after = ''; ;) {
      const part = await transaction.run<StagedGrant>(table.part, [id, after]);
      const last = part.at(-1);
      if (!last) break;
      after = last.key;
      if (!part.every((row) => isStaged(grants, table, row))) {
        return 'altered';
      }
      const taken = await transaction.run(table.take, [
        id,
        part.map(({ key }) => key),
        part.map(({ granted }) => granted && grants.mac(table.kind, granted)),
      ]);
      left -= taken.length;
      onRows(taken.length);
    }
  }
  await transaction.run(FINISH, [id]);
  return left === 0 ? 'done' : 'incomplete';
}

const isStaged = (
  grants: Grants,
  { staged }: TakenTable,
  { key, granted, grantMac }: StagedGrant,
): boolean => granted === null || (granted[0] === key && grants.hold(staged, granted, grantMac));
