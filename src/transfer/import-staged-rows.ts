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
import { stagedSecret } from './staged-secret.js';

/** A staged row as it is taken over. */
interface StagedRow {
  readonly key: string;
  /** As `stagedGrant` has it. */
  readonly staged: Granted;
  readonly grantMac: Buffer | null;
  readonly secret: Buffer | null;
  readonly previousSecret: Buffer | null;
}

const CONSUMER_COLUMNS = `consumer_key, previous_secret_expires_at,
  ${CONSUMER_FIELD_COLUMNS}, weak_signatures_until`;

const TOKEN_COLUMNS = 'token, consumer_key, subject, scopes, expires_at, revoked_at';

/** The rows of an import after a key ($2), with what they would grant and the MAC that they were staged with. */
const stagedPart = (table: string, key: string, staged: string, previousSecret: string) => ({
  name: `staged-part-of-${table}`.replaceAll('_', '-'),
  text: `
    SELECT t.${key} AS key, ${staged} AS staged, t.grant_mac AS "grantMac", t.secret,
      ${previousSecret} AS "previousSecret"
    FROM ${table} t WHERE import_id = $1 AND ${key} > $2 ORDER BY ${key} LIMIT ${ROWS}`,
});

/** MACs and seals of the rows that they become: staged ones would fit no row of theirs. */
const MADE = `unnest($2::text[], $3::bytea[], $4::bytea[], $5::bytea[])
  AS made (key, mac, secret, previous_secret)`;

interface TakenTable {
  readonly rows: keyof StagedFileRows;
  readonly staged: GrantKind;
  readonly kind: GrantKind;
  readonly part: Statement;
  readonly take: Statement;
  readonly table: 'import_consumers' | 'import_tokens';
  /** Where the row's secret, and the one before it, are sealed for good. */
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

/** What proves the rows, and seals their secrets. */
interface Means {
  readonly grants: Grants;
  readonly secretBox: SecretBox;
}

/** Requests are served between so many rows: each takes some 20 µs. */
const ROWS_A_TURN = 100;

/**
 * Moves all staged rows of an import into the live tables, or none. Each has to prove that it is a line of this
 * very file; a line has one key, so the primary key has each once.
 *
 * @param onRows called for each part, with its number of rows
 * @returns `busy`: another process imports it, or has; `incomplete`: rows are missing; `altered`: rows changed after
 * they were staged, or were staged for another file. The caller then rolls the transaction back
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

/** What the row that a staged one becomes has of its own. */
interface Made {
  readonly mac: Buffer | null;
  readonly secret: Buffer | null;
  readonly previousSecret: Buffer | null;
}

/** MACs and seals for rows that prove to be lines of this file; undefined where one does not. */
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
        // What was revoked before gets nothing, and no MAC.
        mac: revokedAt === null ? grants.mac(kind, granted as Granted) : null,
        secret: again(secret, stagedSecret(table, 'secret', of), to.secret),
        previousSecret: again(
          previousSecret,
          stagedSecret(table, 'previous_secret', of),
          to.previous,
        ),
      });
    } catch (error) {
      if (error instanceof SealBroken) return undefined;
      throw error;
    }
  }
  return made;
}
