import { setTimeout as sleep } from 'node:timers/promises';
import type { StatementRunner } from '../database/transactions.js';
import { sealPrefix, type SecretBox } from '../secrets/secret-box.js';
import { Faults } from './faults.js';
import { untilNothingIsLeft, type Pass } from './passes.js';
import { SEALED_COLUMNS, type SealedColumn } from './sealed-columns.js';

/** The result for one column. */
export interface Resealed {
  /** `table.column`. */
  readonly name: string;
  readonly resealed: number;
  /** Why values were not resealed. */
  readonly faults: Faults;
}

type SealedRow = { readonly sealed: Buffer } & Readonly<
  Record<`k${number}` | `m${number}`, unknown>
>;

const ROWS = 500;

/**
 * Seals with the first key of the ring every stored value that another key has sealed, so that the other keys can be
 * retired. Each batch is one statement, and each pause is as long as the work before it, so this can run beside the
 * service. A value that changes meanwhile keeps its newer content. The next pass finds rows that are written after a
 * pass has gone past their place.
 *
 * @param sealingKeyId the id of the ring's first key
 */
export async function reseal(
  statements: StatementRunner,
  secretBox: SecretBox,
  sealingKeyId: string,
): Promise<Resealed[]> {
  const done: Resealed[] = [];
  for (const column of SEALED_COLUMNS) {
    const name = `${column.table}.${column.column}`;
    done.push({
      name,
      ...(await untilNothingIsLeft(name, () =>
        resealColumn(statements, secretBox, sealPrefix(sealingKeyId), column),
      )),
    });
  }
  return done;
}

async function resealColumn(
  statements: StatementRunner,
  secretBox: SecretBox,
  prefix: Buffer,
  column: SealedColumn,
): Promise<Pass> {
  const faults = new Faults();
  let found = 0;
  let resealed = 0;
  let after: readonly unknown[] = [];
  for (;;) {
    const startedAt = performance.now();
    const rows = await statements.run<SealedRow>(pageOf(column, after.length > 0), [
      prefix,
      ...after,
    ]);
    const keyOf = (row: SealedRow) => column.key.map((_, n) => row[`k${n}`]);
    const fresh = rows.flatMap((row) => {
      const key = keyOf(row);
      const more = (column.more ?? []).map((_, n) => row[`m${n}`]);
      const place = { table: column.table, row: column.rowOf(key, more), column: column.column };
      try {
        const secret = secretBox.open(row.sealed, place);
        return [{ key, sealed: row.sealed, fresh: secretBox.seal(secret, place) }];
      } catch (error) {
        faults.add(`${(error as Error).message} (row ${place.row})`);
        return [];
      }
    });
    found += fresh.length;
    const keys = column.key.map((_, n) => fresh.map(({ key }) => key[n]));
    const written = await statements.run(replacementIn(column), [
      ...keys,
      fresh.map(({ sealed }) => sealed),
      fresh.map((row) => row.fresh),
    ]);
    resealed += written.length;
    if (rows.length < ROWS) return { found, resealed, faults };
    after = keyOf(rows.at(-1) as SealedRow);
    await sleep(performance.now() - startedAt);
  }
}

/**
 * A page of values that another key has sealed, in the order of the primary key. $1: the prefix of values sealed with
 * the first key.
 */
function pageOf({ table, column, key, more = [] }: SealedColumn, continued: boolean) {
  const names = key.map(([name]) => `t.${name}`).join(', ');
  const values = [
    ...key.map(([name], n) => `t.${name} AS k${n}`),
    ...more.map((sql, n) => `${sql} AS m${n}`),
  ];
  const last = key.map(([, type], n) => `$${n + 2}::${type}`).join(', ');
  return {
    name: `reseal-${table}-${column}-${continued ? 'next' : 'first'}`.replaceAll('_', '-'),
    text: `
      SELECT ${values.join(', ')}, t.${column} AS sealed
      FROM ${table} t
      WHERE t.${column} IS NOT NULL AND substring(t.${column} FROM 1 FOR length($1::bytea)) <> $1
        ${continued ? `AND (${names}) > (${last})` : ''}
      ORDER BY ${names} LIMIT ${ROWS}`,
  };
}

/** Replaces values that have not changed since they were read. */
function replacementIn({ table, column, key }: SealedColumn) {
  const types = [...key.map(([, type]) => type), 'bytea', 'bytea'];
  const columns = [...key.map(([name]) => name), 'sealed', 'fresh'];
  const same = key.map(([name]) => `t.${name} = f.${name}`).join(' AND ');
  return {
    name: `reseal-${table}-${column}`.replaceAll('_', '-'),
    text: `
      UPDATE ${table} t SET ${column} = f.fresh
      FROM unnest(${types.map((type, n) => `$${n + 1}::${type}[]`).join(', ')})
        AS f (${columns.join(', ')})
      WHERE ${same} AND t.${column} = f.sealed
      RETURNING 1`,
  };
}
