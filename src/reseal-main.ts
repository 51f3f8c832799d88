import 'reflect-metadata';
import { Statements } from './database/statements.js';
import { runProgram } from './offline-program.js';
import { parseArguments } from './program-arguments.js';
import { reseal, type Resealed } from './resealing/reseal.js';

const USAGE = `Usage: npm run reseal

Seals every stored secret with the first key of SECRET_KEYS, so that the others can be retired.
It may be run again at any time.`;

/**
 * `npm run reseal`: seals every stored secret with the first key of SECRET_KEYS, so that the others
 * can be retired. Ends with 0 when nothing is left under another key, with 1 when a value could not be
 * opened, with 2 when that could not be found out. It may be run again at any time.
 */
await runProgram(
  () => parseArguments(USAGE, {}),
  async (_, { settings, dataSource, secretBox }) => {
    const [sealing] = settings.secretKeys;
    return tell(await reseal(new Statements(dataSource), secretBox, sealing?.id ?? ''));
  },
);

function tell(columns: readonly Resealed[]): number {
  for (const { name, resealed } of columns) process.stdout.write(`${name}: ${resealed} resealed\n`);
  const faults = columns.flatMap((column) => column.faults);
  process.stdout.write(
    faults.length === 0
      ? 'Everything is sealed with the first key of SECRET_KEYS.\n'
      : `${faults.length} could not be opened and stay as they are:\n${faults.join('\n')}\n`,
  );
  return faults.length === 0 ? 0 : 1;
}
