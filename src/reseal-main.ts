import 'reflect-metadata';
import { Statements } from './database/statements.js';
import { completeMacs, macsAreComplete } from './grants/grants-completion.js';
import { runProgram } from './offline-program.js';
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
  async (_, { settings, dataSource, secretBox, grants }) => {
    const statements = new Statements(dataSource);
    const firstKeyId = settings.secretKeys[0]?.id ?? '';
    const wasComplete = await macsAreComplete(statements);
    const columns = await reseal(statements, secretBox, firstKeyId);
    const tables = await renewMacs(statements, grants, firstKeyId, !wasComplete);
    if (!wasComplete) await completeMacs(statements);
    return tell(columns, tables);
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
