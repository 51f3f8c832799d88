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
 * `oauth10 reseal`: seals every stored secret with the first key of SECRET_KEYS, and renews with it the MACs of all
 * rows that grant something, so that the other keys can be retired. After an upgrade from a version without MACs, it
 * adds the missing ones, and rows without a MAC are invalid from then on. The audit trail records whether MACs may
 * still be missing, so it must be unaltered.
 *
 * Exits with 0 if nothing depends on another key, with 1 if a value could not be opened or a row was not written by
 * this service, with 2 on failure. It may be run again at any time.
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
  /** Undefined if there are faults. */
  readonly trail: AuditTrail | undefined;
  /** The number of proofs made with another key than the first. */
  readonly underOtherKeys: number;
  readonly faults: Faults;
}

/**
 * Opens the audit trail if it is unaltered. Events stay unchanged: a new event, proven with the first key, also
 * proves all events before it, so that the proofs of other keys are no longer needed. An altered audit trail must not
 * get such a proof, and must not decide that rows get MACs.
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
