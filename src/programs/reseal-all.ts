import 'reflect-metadata';
import { AuditTrail } from '../audit/audit-trail.js';
import { AuditVerifier } from '../audit/audit-verifier.js';
import { Statements } from '../database/statements.js';
import { Transactions } from '../database/transactions.js';
import { KeysInUse } from '../grants/keys-in-use.js';
import { nothing, operator, runProgram, type Store } from './offline-program.js';
import { Faults } from '../resealing/faults.js';
import { renewMacs, type RenewedMacs } from '../resealing/renew-macs.js';
import { reseal, type Resealed } from '../resealing/reseal.js';

/**
 * `oauth10 reseal`: seals every stored secret with the first key of SECRET_KEYS, and makes the MACs of what
 * grants something with it, so that the others can be retired. After an upgrade from a version that knew
 * no MACs it makes the missing ones, and with that ends the time in which a row may lack one; the record
 * says which it is, and must be whole for it.
 *
 * Ends with 0 when nothing is left under another key, with 1 when a value could not be opened or a row
 * was not ours, with 2 when that could not be found out. It may be run again at any time.
 */
export const resealAll = (): Promise<void> =>
  runProgram(nothing, async (store) => {
    const { settings, dataSource, secretBox, keys, grants } = store;
    const statements = new Statements(dataSource);
    const firstKeyId = settings.secretKeys[0]?.id ?? '';
    const keysInUse = new KeysInUse(keys);
    await keysInUse.add(statements);
    const record = await openWhole(store);
    const makesMissing =
      record.trail !== undefined && !(await record.trail.grantsAreComplete(statements));
    const columns = await reseal(statements, secretBox, firstKeyId);
    const tables = await renewMacs(statements, grants, firstKeyId, makesMissing);
    if (makesMissing) await record.trail?.completeGrants(operator('reseal'));
    if (record.underOtherKeys > 0) await record.trail?.begin(operator('reseal'), 'keys');
    const { underOtherKeys: resealed, faults } = record;
    const code = printResult([...columns, { name: 'audit record', resealed, faults }], tables);
    if (code === 0) await keysInUse.endOthers(statements);
    return code;
  });

function printResult(columns: readonly Resealed[], tables: readonly RenewedMacs[]): number {
  const out = (line: string) => void process.stdout.write(`${line}\n`);
  for (const { name, resealed } of columns) out(`${name}: ${resealed} resealed`);
  for (const { table, renewed } of tables) if (renewed > 0) out(`${table}: ${renewed} MACs made`);
  const printFaults = (all: readonly { readonly faults: Faults }[], what: string): number => {
    const count = all.reduce((sum, { faults }) => sum + faults.count, 0);
    if (count === 0) return 0;
    out(`${count} ${what}:`);
    for (const { faults } of all) {
      for (const sentence of faults.sentences) out(sentence);
      const rest = faults.count - faults.sentences.length;
      if (rest > 0) out(`… and ${rest} more like these`);
    }
    return count;
  };
  const sealed = printFaults(columns, 'could not be opened and stay as they are');
  const strange = printFaults(tables, 'rows grant something and are not ours');
  if (sealed + strange > 0) return 1;
  out('Everything is sealed with the first key of SECRET_KEYS.');
  return 0;
}

/** The audit trail, and the faults that prevent resealing it. */
interface WholeRecord {
  /** Undefined where there are faults. */
  readonly trail: AuditTrail | undefined;
  /** Proofs that another key than the first made. */
  readonly underOtherKeys: number;
  readonly faults: Faults;
}

/**
 * Opens a record that is whole. Events stay as they were written: a new one, proven with the first key,
 * proves all that came before it as it stands, so that the proofs of other keys are not needed any more.
 * What was altered before must not be proven so, and no row gets a MAC on the word of such a record.
 */
async function openWhole({ dataSource, proofs }: Store): Promise<WholeRecord> {
  const transactions = new Transactions(dataSource);
  const { faults, underOtherKeys } = await new AuditVerifier(transactions, proofs).verify();
  const found = new Faults();
  for (const sentence of faults) found.add(sentence);
  if (found.count > 0) return { trail: undefined, underOtherKeys: 0, faults: found };
  const trail = new AuditTrail(transactions, proofs);
  await trail.open(new Statements(dataSource));
  return { trail, underOtherKeys, faults: found };
}
