import 'reflect-metadata';
import { AuditVerifier } from './audit/audit-verifier.js';
import { Statements } from './database/statements.js';
import { Transactions } from './database/transactions.js';
import { completeMacs, macsAreComplete } from './grants/grants-completion.js';
import { openRecord, operator, runProgram, type Store } from './offline-program.js';
import { parseArguments } from './program-arguments.js';
import { renewMacs, type RenewedMacs } from './resealing/renew-macs.js';
import { reseal, type Resealed } from './resealing/reseal.js';

const USAGE = `Usage: npm run reseal

Seals every stored secret with the first key of SECRET_KEYS, so that the others can be retired.
It may be run again at any time.`;

/**
 * `npm run reseal`: seals every stored secret with the first key of SECRET_KEYS, and makes the MACs of what
 * grants something with it, so that the others can be retired. After an upgrade from a version that knew
 * no MACs it makes the missing ones, and with that ends the time in which a row may lack one.
 *
 * Ends with 0 when nothing is left under another key, with 1 when a value could not be opened or a row
 * was not ours, with 2 when that could not be found out. It may be run again at any time.
 */
await runProgram(
  () => parseArguments(USAGE, {}),
  async (_, store) => {
    const { settings, dataSource, secretBox, grants } = store;
    const statements = new Statements(dataSource);
    const firstKeyId = settings.secretKeys[0]?.id ?? '';
    const wasComplete = await macsAreComplete(statements);
    const columns = await reseal(statements, secretBox, firstKeyId);
    const tables = await renewMacs(statements, grants, firstKeyId, !wasComplete);
    if (!wasComplete) await completeMacs(statements);
    return tell([...columns, await moveRecord(store)], tables);
  },
);

function tell(columns: readonly Resealed[], tables: readonly RenewedMacs[]): number {
  const out = (line: string) => void process.stdout.write(`${line}\n`);
  for (const { name, resealed } of columns) out(`${name}: ${resealed} resealed`);
  for (const { table, renewed } of tables) if (renewed > 0) out(`${table}: ${renewed} MACs made`);
  const sealed = columns.flatMap(({ faults }) => faults);
  const strange = tables.flatMap(({ faults }) => faults);
  if (sealed.length > 0) {
    out(`${sealed.length} could not be opened and stay as they are:\n${sealed.join('\n')}`);
  }
  if (strange.length > 0) {
    out(`${strange.length} rows grant something and are not ours:\n${strange.join('\n')}`);
  }
  if (sealed.length + strange.length > 0) return 1;
  out('Everything is sealed with the first key of SECRET_KEYS.');
  return 0;
}

/**
 * Events stay as they were written. A new one, proven with the first key, proves all that came before it
 * as it stands, so that the proofs of other keys are not needed any more; what was altered before must
 * not be proven so.
 */
async function moveRecord(store: Store): Promise<Resealed> {
  const name = 'audit record';
  const verifier = new AuditVerifier(new Transactions(store.dataSource), store.proofs);
  const { since, faults, underOtherKeys } = await verifier.verify();
  if (faults.length > 0) return { name, resealed: 0, faults };
  if (since && underOtherKeys === 0) return { name, resealed: 0, faults };
  const trail = await openRecord(store);
  if (since) await trail.begin(operator('reseal'), 'keys');
  return { name, resealed: underOtherKeys, faults };
}
