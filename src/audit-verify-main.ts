import 'reflect-metadata';
import type { AuditHead } from './audit/audit-head.js';
import { AuditVerifier } from './audit/audit-verifier.js';
import { Transactions } from './database/transactions.js';
import { ProgramError, runProgram } from './offline-program.js';

const USAGE = 'Usage: npm run audit:verify [-- --known ID:HASH]';

/**
 * `npm run audit:verify`: goes through the record of staff and says whether it is whole. Ends with
 * 0 when it is, with 1 when it was altered, with 2 when that could not be found out.
 */
await runProgram(
  () => knownHead(process.argv.slice(2)),
  async (known, { dataSource, secretBox }) =>
    tell(await new AuditVerifier(new Transactions(dataSource), secretBox).verify(known)),
);

/** @throws ProgramError */
function knownHead(given: readonly string[]): AuditHead | undefined {
  if (given.length === 0) return undefined;
  const [, id, lastHash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(given[1] ?? '') ?? [];
  if (given.length !== 2 || given[0] !== '--known' || lastHash === undefined) {
    throw new ProgramError(USAGE);
  }
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
