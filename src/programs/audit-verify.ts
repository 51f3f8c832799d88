import 'reflect-metadata';
import { AuditVerifier, type AuditVerdict } from '../audit/audit-verifier.js';
import type { AuditHead } from '../audit/record-proofs.js';
import { Transactions } from '../database/transactions.js';
import { nothing, runProgram } from './offline-program.js';

/**
 * `oauth10 audit verify`: verifies the audit trail. Exits with 0 if it is complete and unaltered, with 1 if it was
 * altered, with 2 if the verification failed.
 *
 * @param known an end of the audit trail that was noted before
 */
export const verifyAudit = (known?: AuditHead): Promise<void> =>
  runProgram(nothing, async ({ dataSource, proofs }) =>
    printVerdict(await new AuditVerifier(new Transactions(dataSource), proofs).verify(known)),
  );

function printVerdict({ events, head, since, faults }: AuditVerdict): number {
  if (faults.length > 0) {
    process.stdout.write(`The record was altered.\n${faults.join('\n')}\n`);
    return 1;
  }
  if (events > 0) process.stdout.write(`${howProven(since)}\n`);
  const note = head && events > 0 ? ` Note where it ends: ${head.lastId}:${head.lastHash}` : '';
  process.stdout.write(`The record is whole: ${events} events.${note}\n`);
  return 0;
}

function howProven(since: AuditVerdict['since']): string {
  if (!since)
    return 'No event has a proof of its own yet: the next start of the service begins that.';
  if (since.id === 1) return 'Every event has a proof of its own.';
  return (
    `From event ${since.id} on (${since.at}) every event has a proof of its own; ` +
    'those before are proven as they stood at that time.'
  );
}
