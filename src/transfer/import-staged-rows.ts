import { setImmediate as nextTurn } from 'node:timers/promises';
import { CONSUMER_FIELD_COLUMNS } from '../consumers/consumer-fields.js';
import { GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import type { Statement } from '../database/statements.js';
import type { Transaction } from '../database/transactions.js';
import { consumerSecret, previousConsumerSecret } from '../consumers/sealed-secrets.js';
import {
  STAGED_CONSUMER_GRANT,
  STAGED_TOKEN_GRANT,
  type Granted,
  type GrantKind,
} from '../grants/granted.js';
import type { Grants } from '../grants/grants.js';
import { SealBroken, type SecretBox, type SecretPlace } from '../secrets/secret-box.js';
import { accessTokenSecret } from '../tokens/access-token.js';
import { ROWS } from './staged-imports.js';
import { stagedSecret } from '../grants/staged-secret.js';

/** A staged row, as it is read for the import. */
interface StagedRow {
  readonly key: string;
  /** In the form of `stagedGrant`. */
  readonly staged: Granted;
  readonly grantMac: Buffer | null;
  readonly secret: Buffer | null;
  readonly previousSecret: Buffer | null;
}

const CONSUMER_COLUMNS = `consumer_key, previous_secret_expires_at,
  ${CONSUMER_FIELD_COLUMNS}, weak_signatures_until`;

const TOKEN_COLUMNS = 'token, consumer_key, subject, scopes, expires_at, revoked_at';

/** The rows of an import after a key ($2), with what they would grant and the MAC with which they were staged. */
const stagedPart = (table: string, key: string, staged: string, previousSecret: string) => ({
  name: `staged-part-of-${table}`.replaceAll('_', '-'),
  text: `
    SELECT t.${key} AS key, ${staged} AS staged, t.grant_mac AS "grantMac", t.secret,
      ${previousSecret} AS "previousSecret"
    FROM ${table} t WHERE import_id = $1 AND ${key} > $2 ORDER BY ${key} LIMIT ${ROWS}`,
});

/** New MACs and sealed secrets for the live rows: those of the staged rows are valid for the staged rows only. */
const MADE = `unnest($2::text[], $3::bytea[], $4::bytea[], $5::bytea[])
  AS made (key, mac, secret, previous_secret)`;

interface TakenTable {
  readonly rows: keyof StagedFileRows;
  readonly staged: GrantKind;
  readonly kind: GrantKind;
  readonly part: Statement;
  readonly take: Statement;
  readonly table: 'import_consumers' | 'import_tokens';
  /** The places for which the secret and the previous secret of the live row are sealed. */
  readonly places: (key: string) => {
    readonly secret: SecretPlace;
    readonly previous?: SecretPlace;
  };
}

const TAKEN_TABLES: readonly TakenTable[] = [
  {
    rows: 'consumers',
    staged: 'staged-consumer',
    kind: 'consumer',
    table: 'import_consumers',
    places: (key) => ({ secret: consumerSecret(key), previous: previousConsumerSecret(key) }),
    part: stagedPart(
      'import_consumers',
      'consumer_key',
      STAGED_CONSUMER_GRANT(GRANTED_TO_CONSUMER('t')),
      't.previous_secret',
    ),
    take: {
      name: 'take-over-consumers',
      text: `
        INSERT INTO consumers
          (${CONSUMER_COLUMNS}, secret, previous_secret, grant_mac, version, created_at)
        SELECT ${CONSUMER_COLUMNS}, made.secret, made.previous_secret, made.mac, 1, coalesce(created_at, now())
        FROM ${MADE} JOIN import_consumers ON import_id = $1 AND consumer_key = made.key
        RETURNING 1`,
    },
  },
  {
    rows: 'tokens',
    staged: 'staged-access-token',
    kind: 'access-token',
    table: 'import_tokens',
    places: (key) => ({ secret: accessTokenSecret(key) }),
    part: stagedPart('import_tokens', 'token', STAGED_TOKEN_GRANT, 'NULL::bytea'),
    take: {
      name: 'take-over-tokens',
      text: `
        INSERT INTO access_tokens (${TOKEN_COLUMNS}, secret, grant_mac, created_at)
        SELECT ${TOKEN_COLUMNS}, made.secret, made.mac, coalesce(created_at, now())
        FROM ${MADE} JOIN import_tokens ON import_id = $1 AND token = made.key
        RETURNING 1`,
    },
  },
];

// The importing transaction holds the lock on this row until it ends; any other finds no row.
const HOLD = {
  name: 'hold-import',
  text: 'SELECT id FROM imports WHERE id = $1 AND finished_at IS NULL FOR UPDATE SKIP LOCKED',
};

const FINISH = {
  name: 'finish-import',
  text: 'UPDATE imports SET finished_at = now(), updated_at = now() WHERE id = $1',
};

/** The number of rows of each kind in the file. */
interface StagedFileRows {
  readonly consumers: number;
  readonly tokens: number;
}

/** A completely staged file. */
interface StagedWhole {
  readonly id: number;
  /** The value to which the MACs of its rows are bound. */
  readonly context: Buffer;
  readonly rows: StagedFileRows;
}

/** Verifies and makes MACs, and seals secrets. */
interface Means {
  readonly grants: Grants;
  readonly secretBox: SecretBox;
}

/**
 * After this many rows, at some 20 µs each, the import yields to the event loop, so that requests are served
 * meanwhile.
 */
const ROWS_A_TURN = 100;

/**
 * Copies all staged rows of an import into the live tables, or none. Each row has to prove that it is a line of this
 * very file. A line has one key, and the primary key ensures that each key occurs once.
 *
 * @param onRows called after each part, with its number of rows
 * @returns `busy`: another process imports the file, or has imported it; `incomplete`: rows are missing; `altered`:
 * rows changed after they were staged, or were staged for another file. Except after `done`, the caller rolls the
 * transaction back
 */
export async function importStagedRows(
  means: Means,
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
      const made: Made[] = [];
      for (let from = 0; from < part.length; from += ROWS_A_TURN) {
        const rows = part.slice(from, from + ROWS_A_TURN);
        const next = madeOf(means, table, context.toString('hex'), rows);
        if (next === undefined) return 'altered';
        made.push(...next);
        await nextTurn();
      }
      const taken = await transaction.run(table.take, [
        id,
        part.map(({ key }) => key),
        made.map(({ mac }) => mac),
        made.map(({ secret }) => secret),
        made.map(({ previousSecret }) => previousSecret),
      ]);
      left -= taken.length;
      onRows(taken.length);
    }
    if (left !== 0) return 'incomplete';
  }
  await transaction.run(FINISH, [id]);
  return 'done';
}

/** The MAC and the sealed secrets of a live row; they differ from those of the staged row. */
interface Made {
  readonly mac: Buffer | null;
  readonly secret: Buffer | null;
  readonly previousSecret: Buffer | null;
}

/** New MACs and sealed secrets for the rows; undefined if a row does not prove that it is a line of this file. */
function madeOf(
  { grants, secretBox }: Means,
  { table, staged: stagedKind, kind, places }: TakenTable,
  context: string,
  rows: readonly StagedRow[],
): Made[] | undefined {
  const again = (sealed: Buffer | null, from: SecretPlace, to: SecretPlace | undefined) =>
    sealed && to ? secretBox.seal(secretBox.open(sealed, from), to) : null;
  const made: Made[] = [];
  for (const { key, staged, grantMac, secret, previousSecret } of rows) {
    const [, , ...rest] = staged;
    if (!grants.hold(stagedKind, [key, context, ...rest], grantMac)) return undefined;
    const [line, granted, revokedAt] = rest;
    const of = { key, context, line: line as number };
    const to = places(key);
    try {
      made.push({
        // A revoked token grants nothing and gets no MAC.
        mac: revokedAt === null ? grants.mac(kind, granted as Granted) : null,
        secret: again(secret, stagedSecret(table, 'secret', of), to.secret),
        previousSecret: again(
          previousSecret,
          stagedSecret(table, 'previous_secret', of),
          to.previous,
        ),
      });
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      grants.refuse(stagedKind, staged);
      return undefined;
    }
  }
  return made;
}
