import { Injectable } from '@nestjs/common';
import { Statements } from '../database/statements.js';
import type { StagedRow } from './staged-rows.js';

/** How far a file has come. */
export interface StagedImport {
  readonly id: number;
  /** Lines that are staged, empty ones among them. */
  readonly lines: number;
  readonly consumers: number;
  readonly tokens: number;
  /** When all of it was taken over; null: not yet. */
  readonly finishedAt: Date | null;
  /** What the MACs of its rows are bound to, as the table says; null where an earlier release began it. */
  readonly macContext: Buffer | null;
}

/** Lines that lie between two numbers, as rows. */
export interface StagedLines {
  readonly from: number;
  readonly to: number;
  readonly consumers: readonly StagedRow[];
  readonly tokens: readonly StagedRow[];
}

/** Lines that can't be taken over. */
export interface Conflicts {
  /** What they bring is there already. */
  readonly taken: number[];
  /** Their consumer is neither registered nor in the file. */
  readonly orphans: number[];
  /** They have scopes that their consumer may not have. */
  readonly exceeding: number[];
}

/** So many rows that no statement comes near its end, which is after four seconds. */
export const ROWS = 5_000;

const UNIQUE_VIOLATION = '23505';

const IMPORT = `id, lines, consumers, tokens, finished_at AS "finishedAt",
  mac_context AS "macContext"`;

const BEGIN = {
  name: 'begin-import',
  text: `
    WITH begun AS (
      UPDATE imports SET updated_at = now() WHERE file_hash = ANY ($2::bytea[]) RETURNING ${IMPORT}
    ), new AS (
      INSERT INTO imports (file_hash, mac_context) SELECT $1, $3 WHERE NOT EXISTS (SELECT FROM begun)
      ON CONFLICT (file_hash) DO UPDATE SET updated_at = now() RETURNING ${IMPORT}
    )
    TABLE begun UNION ALL TABLE new LIMIT 1`,
};

// One statement moves the counts and keeps the rows, so that a line is staged once or not at all; a key that
// an earlier line has fails it as a whole.
const STAGE = {
  name: 'stage-import',
  text: `
    WITH moved AS (
      UPDATE imports SET lines = $3, updated_at = now(),
        consumers = consumers + jsonb_array_length($4), tokens = tokens + jsonb_array_length($5)
      WHERE id = $1 AND lines = $2 AND finished_at IS NULL
      RETURNING jsonb_build_object('import_id', id) AS whose
    ), consumers AS (
      INSERT INTO import_consumers
      SELECT r.* FROM moved, jsonb_array_elements($4) e,
        jsonb_populate_record(NULL::import_consumers, e || whose) r
    ), tokens AS (
      INSERT INTO import_tokens
      SELECT r.* FROM moved, jsonb_array_elements($5) e,
        jsonb_populate_record(NULL::import_tokens, e || whose) r
    )
    SELECT FROM moved`,
};

const KEYS_STAGED = {
  name: 'keys-staged-before',
  text: `
    SELECT consumer_key AS key, 'consumer' AS type FROM import_consumers
    WHERE import_id = $1 AND consumer_key = ANY ($2::text[])
    UNION ALL
    SELECT token, 'token' FROM import_tokens WHERE import_id = $1 AND token = ANY ($3::text[])`,
};

/** The rows of an import after a key ($2), in the order of their keys. */
const partOf = (table: string, key: string) => `
  WITH part AS (
    SELECT * FROM ${table} WHERE import_id = $1 AND ${key} > $2 ORDER BY ${key} LIMIT ${ROWS}
  )`;

const CONSUMER_CONFLICTS = {
  name: 'conflicts-of-imported-consumers',
  text: `${partOf('import_consumers', 'consumer_key')}
    SELECT max(consumer_key) AS last, '{}'::int[] AS orphans, '{}'::int[] AS exceeding,
      array_agg(line) FILTER (WHERE EXISTS (
        SELECT 1 FROM consumers c WHERE c.consumer_key = part.consumer_key)) AS taken
    FROM part`,
};

const TOKEN_CONFLICTS = {
  name: 'conflicts-of-imported-tokens',
  text: `${partOf('import_tokens', 'token')}
    SELECT max(token) AS last,
      array_agg(line) FILTER (WHERE NOT EXISTS (
          SELECT 1 FROM consumers c WHERE c.consumer_key = part.consumer_key)
        AND NOT EXISTS (SELECT 1 FROM import_consumers c
          WHERE c.import_id = $1 AND c.consumer_key = part.consumer_key)) AS orphans,
      array_agg(line) FILTER (WHERE EXISTS (
          SELECT 1 FROM consumers c
          WHERE c.consumer_key = part.consumer_key AND NOT part.scopes <@ c.scopes)
        OR EXISTS (SELECT 1 FROM import_consumers c WHERE c.import_id = $1
          AND c.consumer_key = part.consumer_key AND NOT part.scopes <@ c.scopes)) AS exceeding,
      array_agg(line) FILTER (WHERE EXISTS (
        SELECT 1 FROM access_tokens t WHERE t.token = part.token)) AS taken
    FROM part`,
};

// First of all nobody finds it by its digest any more: what is left of it can't be gone on with.
const GIVE_UP = {
  name: 'give-up-import',
  text: 'UPDATE imports SET file_hash = NULL WHERE id = $1 AND finished_at IS NULL',
};

const clear = (table: string, key: string) => ({
  name: `clear-${table}`.replaceAll('_', '-'),
  text: `
    DELETE FROM ${table} WHERE import_id = $1 AND ${key} = ANY (ARRAY(
      SELECT ${key} FROM ${table} WHERE import_id = $1 LIMIT ${ROWS}))
    RETURNING 1`,
});
const CLEAR = [clear('import_consumers', 'consumer_key'), clear('import_tokens', 'token')];

const FORGET = {
  name: 'forget-import',
  text: 'DELETE FROM imports WHERE id = $1 AND file_hash IS NULL',
};

/** The tables that hold the lines of files until all of a file is taken over. */
@Injectable()
export class StagedImports {
  constructor(private readonly statements: Statements) {}

  /**
   * Begins a file, or finds one of the same digest.
   *
   * @param digests what the file may be kept under, first what a new one is; none where that is known at
   * the end only
   * @param macContext what the MACs of a new one's rows are bound to
   */
  async begin(digests: readonly Buffer[], macContext: Buffer): Promise<StagedImport> {
    const [begun] = await this.statements.run<StagedImport>(BEGIN, [
      digests[0] ?? null,
      digests,
      macContext,
    ]);
    if (!begun) throw new Error('An import could not be begun');
    return begun;
  }

  /**
   * Stages the lines after those that are staged; when one of them repeats a key, none.
   *
   * @returns `repeated`: some have keys that earlier lines have; `behind`: somebody else has staged
   * them meanwhile
   */
  async stage(id: number, lines: StagedLines): Promise<'staged' | 'repeated' | 'behind'> {
    try {
      const moved = await this.statements.run(STAGE, [
        id,
        lines.from,
        lines.to,
        JSON.stringify(lines.consumers),
        JSON.stringify(lines.tokens),
      ]);
      return moved.length > 0 ? 'staged' : 'behind';
    } catch (error) {
      if ((error as { code?: string }).code === UNIQUE_VIOLATION) return 'repeated';
      throw error;
    }
  }

  /** The numbers of the lines whose key an earlier line has, staged or among them. */
  async repeatedLines(id: number, { consumers, tokens }: StagedLines): Promise<number[]> {
    const keysOf = (rows: readonly StagedRow[], column: string) => rows.map((row) => row[column]);
    const staged = await this.statements.run<{ key: string; type: string }>(KEYS_STAGED, [
      id,
      keysOf(consumers, 'consumer_key'),
      keysOf(tokens, 'token'),
    ]);
    return [
      { type: 'consumer', column: 'consumer_key', rows: consumers },
      { type: 'token', column: 'token', rows: tokens },
    ].flatMap(({ type, column, rows }) => {
      const seen = new Set<unknown>(
        staged.filter((one) => one.type === type).map(({ key }) => key),
      );
      return rows.filter((row) => seen.size === seen.add(row[column]).size).map(({ line }) => line);
    });
  }

  /** Looks for conflicts, a part at a time. */
  async *conflicts(id: number): AsyncGenerator<Conflicts> {
    for (const statement of [CONSUMER_CONFLICTS, TOKEN_CONFLICTS]) {
      for (let after: string | null = ''; after !== null;) {
        const [part]: ({ last: string | null } & {
          [Kind in keyof Conflicts]: number[] | null;
        })[] = await this.statements.run(statement, [id, after]);
        after = part?.last ?? null;
        yield {
          taken: part?.taken ?? [],
          orphans: part?.orphans ?? [],
          exceeding: part?.exceeding ?? [],
        };
      }
    }
  }

  /** Clears away what was staged. Of an import it leaves only that a file of this digest was taken over. */
  async clear(id: number): Promise<void> {
    await this.statements.run(GIVE_UP, [id]);
    for (const statement of CLEAR) {
      while ((await this.statements.run(statement, [id])).length === ROWS);
    }
    await this.statements.run(FORGET, [id]);
  }
}
