import { Injectable } from '@nestjs/common';
import { Statements } from '../database/statements.js';
import type { StagedRow } from './staged-rows.js';

/** The progress of an import. */
export interface StagedImport {
  readonly id: number;
  /** The number of staged lines, including empty ones. */
  readonly lines: number;
  readonly consumers: number;
  readonly tokens: number;
  /** When the import was completed; null before that. */
  readonly finishedAt: Date | null;
  /**
   * The value to which the MACs of its rows are bound, as stored in the table; null if an earlier release began the
   * import.
   */
  readonly macContext: Buffer | null;
}

/** The rows of the lines after `from`, up to and including `to`. */
export interface StagedLines {
  readonly from: number;
  readonly to: number;
  readonly consumers: readonly StagedRow[];
  readonly tokens: readonly StagedRow[];
}

/** Numbers of lines that cannot be imported. */
export interface Conflicts {
  /** Their consumer or token exists already. */
  readonly taken: number[];
  /** Their consumer is neither registered nor in the file. */
  readonly orphans: number[];
  /** Their scopes exceed those of their consumer. */
  readonly exceeding: number[];
}

/** Few enough that no statement comes near the timeout of four seconds. */
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

// One statement updates the counts and inserts the rows, so that a line is staged once or not at all. A key
// that an earlier line has makes the whole statement fail.
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

/** The rows of an import after a key ($2), in the order of the keys. */
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

// First removes the digest, so that no one can resume an import of which rows are missing.
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

/** The tables that hold the lines of a file until all of them are imported. */
@Injectable()
export class StagedImports {
  constructor(private readonly statements: Statements) {}

  /**
   * Begins an import, or finds the import of a file with the same digest.
   *
   * @param digests the digests by which the import may be stored; a new one is stored by the first. Empty if the
   * digest is known only at the end of the file
   * @param macContext the value to which the MACs of a new import's rows are bound
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
   * Stages the next lines; if one of them repeats a key, stages none.
   *
   * @returns `repeated`: some keys occur on earlier lines; `behind`: another process has staged these lines meanwhile
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

  /** The numbers of lines whose key occurs on an earlier line, either staged or in this batch. */
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

  /** Finds conflicts, one part of the rows at a time. */
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

  /**
   * Deletes the staged rows. Of a completed import, only the entry that a file with this digest was imported remains.
   */
  async clear(id: number): Promise<void> {
    await this.statements.run(GIVE_UP, [id]);
    for (const statement of CLEAR) {
      while ((await this.statements.run(statement, [id])).length === ROWS);
    }
    await this.statements.run(FORGET, [id]);
  }
}
