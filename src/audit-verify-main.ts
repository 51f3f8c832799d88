import 'reflect-metadata';
import type { AuditHead } from './audit/audit-head.js';
import { AuditVerifier } from './audit/audit-verifier.js';
import { Transactions } from './database/transactions.js';
import { runProgram } from './offline-program.js';
import { parseArguments, UsageError } from './program-arguments.js';

const USAGE = 'Usage: npm run audit:verify [-- --known ID:HASH]';

/**
 * `npm run audit:verify`: goes through the record of staff and says whether it is whole. Ends with
 * 0 when it is, with 1 when it was altered, with 2 when that could not be found out.
 */
await runProgram(
  () => knownHead(parseArguments(USAGE, { options: { known: { type: 'string' } } }).values.known),
  async (known, { dataSource, secretBox }) =>
    tell(await new AuditVerifier(new Transactions(dataSource), secretBox).verify(known)),
);

/** @throws UsageError */
function knownHead(given: string | undefined): AuditHead | undefined {
  if (given === undefined) return undefined;
  const [, id, lastHash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(given) ?? [];
  if (lastHash === undefined) throw new UsageError(USAGE);
  return { lastId: Number(id), lastHash };
}

function tell({ events, head, faults }: Awaited<ReturnType<AuditVerifier['verify']>>): number {
  if (faults.length > 0) {
    process.stdout.write(`The record was altered.\n${faults.join('\n')}\n`);
    return 1;
  }
  const note = head && events > 0 ? ` Note where it ends: ${head.lastId}:${head.lastHash}` : '';
  process.stdout.write(`The record is whole: ${events} events.${note}\n`);
  return 0;
}
