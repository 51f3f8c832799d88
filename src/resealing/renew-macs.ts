import { setTimeout as sleep } from 'node:timers/promises';
import type { StatementRunner } from '../database/transactions.js';
import type { Granted } from '../grants/granted.js';
import type { Grants } from '../grants/grants.js';
import { sealPrefix } from '../secrets/secret-box.js';
import { Faults } from './faults.js';
import { GUARDED_TABLES, type GuardedTable } from './guarded-tables.js';
import { untilNothingIsLeft, type Pass } from './passes.js';

/** The result for one table. */
export interface RenewedMacs {
  readonly table: string;
  readonly renewed: number;
  /** Rows without a valid MAC. */
  readonly faults: Faults;
}

type GuardedRow = {
  /** What the row grants, as JSON. */
  readonly granted: string;
  readonly mac: Buffer | null;
} & Readonly<Record<`k${number}`, unknown>>;

const ROWS = 500;

/**
 * Gives every row that grants something a MAC of the ring's first key. The new MAC replaces one of another key and,
 * as long as the previous version wrote rows without MACs, also a missing one. Each batch is one statement, and each
 * pause is as long as the work before it. A row that changes meanwhile keeps its newer content.
 *
 * @param firstKeyId the id of the ring's first key
 * @param makesMissing whether rows without a MAC get one; otherwise they are faults
 */
export async function renewMacs(
  statements: StatementRunner,
  grants: Grants,
  firstKeyId: string,
  makesMissing: boolean,
): Promise<RenewedMacs[]> {
  const done: RenewedMacs[] = [];
  for (const table of GUARDED_TABLES) {
    const { resealed, faults } = await untilNothingIsLeft(table.table, () =>
      renewIn(statements, grants, sealPrefix(firstKeyId), table, makesMissing),
    );
    done.push({ table: table.table, renewed: resealed, faults });
  }
  return done;
}

async function renewIn(
  statements: StatementRunner,
  grants: Grants,
  prefix: Buffer,
  table: GuardedTable,
  makesMissing: boolean,
): Promise<Pass> {
  const faults = new Faults();
  let found = 0;
  let resealed = 0;
  let after: readonly unknown[] = [];
  for (;;) {
    const startedAt = performance.now();
    const rows = await statements.run<GuardedRow>(pageOf(table, after.length > 0), [
      prefix,
      ...after,
    ]);
    const keyOf = (row: GuardedRow) => table.key.map((_, n) => row[`k${n}`]);
    const fresh = rows.flatMap((row) => {
      const granted = JSON.parse(row.granted) as Granted;
      const isOurs = row.mac === null ? makesMissing : grants.isOurs(table.kind, granted, row.mac);
      if (isOurs) return [{ row, fresh: grants.mac(table.kind, granted) }];
      const what =
        row.mac === null ? 'has no MAC' : 'was altered, or its key is not in SECRET_KEYS';
      faults.add(`${table.table}: a row ${what} (row ${nameOf(granted)})`);
      return [];
    });
    found += fresh.length;
    const written = await statements.run(replacementIn(table), [
      ...table.key.map((_, n) => fresh.map(({ row }) => row[`k${n}`])),
      fresh.map(({ row }) => row.granted),
      fresh.map(({ row }) => row.mac),
      fresh.map((made) => made.fresh),
    ]);
    resealed += written.length;
    if (rows.length < ROWS) return { found, resealed, faults };
    after = keyOf(rows.at(-1) as GuardedRow);
    await sleep(performance.now() - startedAt);
  }
}

const nameOf = ([id]: Granted): string => String(id);

/** A page of rows whose MAC is not of the first key ($1: the prefix of its MACs), in the order of the primary key. */
function pageOf({ table, granted, key, where }: GuardedTable, continued: boolean) {
  const names = key.map(([name]) => `t.${name}`).join(', ');
  const last = key.map(([, type], n) => `$${n + 2}::${type}`).join(', ');
  return {
    name: `renew-macs-${table}-${continued ? 'next' : 'first'}`.replaceAll('_', '-'),
    text: `
      SELECT ${key.map(([name], n) => `t.${name} AS k${n}`).join(', ')},
        (${granted})::text AS granted, t.grant_mac AS mac
      FROM ${table} t
      WHERE ${where}
        AND (t.grant_mac IS NULL OR substring(t.grant_mac FROM 1 FOR length($1::bytea)) <> $1)
        ${continued ? `AND (${names}) > (${last})` : ''}
      ORDER BY ${names} LIMIT ${ROWS}`,
  };
}

/** Writes the new MACs to rows that have not changed since they were read. */
function replacementIn({ table, granted, key }: GuardedTable) {
  const types = [...key.map(([, type]) => type), 'text', 'bytea', 'bytea'];
  const columns = [...key.map(([name]) => name), 'granted', 'mac', 'fresh'];
  const same = key.map(([name]) => `t.${name} = f.${name}`).join(' AND ');
  return {
    name: `renew-macs-${table}`.replaceAll('_', '-'),
    text: `
      UPDATE ${table} t SET grant_mac = f.fresh
      FROM unnest(${types.map((type, n) => `$${n + 1}::${type}[]`).join(', ')})
        AS f (${columns.join(', ')})
      WHERE ${same} AND t.grant_mac IS NOT DISTINCT FROM f.mac AND (${granted})::text = f.granted
      RETURNING 1`,
  };
}
