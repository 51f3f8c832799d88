import 'reflect-metadata';
import { lstat } from 'node:fs/promises';
import type { AuditTrail } from '../audit/audit-trail.js';
import { Statements } from '../database/statements.js';
import { Transactions } from '../database/transactions.js';
import { ExportFile } from './export-file.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { openRecord, operator, ProgramError, runProgram, type Store } from './offline-program.js';
import { ExportRecords, type ExportedCounts } from '../transfer/export-records.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** The options of an export. */
export interface ExportOrder {
  readonly path: string;
  /** Whether to export secrets in the clear. */
  readonly secrets: boolean;
}

/** `oauth10 export FILE`: exits with 0 if the file is complete, with 2 if there is none. Never overwrites a file. */
export const exportAll = (order: ExportOrder): Promise<void> =>
  runProgram(
    () => assertFree(order.path),
    async (store) => {
      const audit = await openRecord(store);
      let isWhole = false;
      // Handles signals before the file exists, so that none leaves a partial file.
      for (const signal of SIGNALS) process.once(signal, () => process.exit(isWhole ? 0 : 2));
      const file = new ExportFile(order.path);
      process.once('exit', () => file.clearAway());
      try {
        const { consumers, tokens } = await exportTo(file, order, store, audit);
        await file.publish();
        isWhole = true;
        file.clearAway();
        process.stdout.write(
          `${consumers} consumers and ${tokens} access tokens are in ${order.path}.\n`,
        );
        return 0;
      } catch (error) {
        if (!isStoreUnavailable(error)) throw error;
        throw new ProgramError('The database went away. Nothing was exported.');
      }
    },
  );

async function exportTo(
  file: ExportFile,
  { secrets }: ExportOrder,
  { dataSource, secretBox, grants }: Store,
  audit: AuditTrail,
): Promise<ExportedCounts> {
  const isComplete = await audit.grantsAreComplete(new Statements(dataSource));
  grants.takeWithoutMac(isComplete ? 'refused' : 'taken');

  const transactions = new Transactions(dataSource);
  return new ExportRecords(transactions, audit, secretBox, grants).run(
    { actor: operator('export'), secrets },
    (lines) => file.append(lines),
  );
}

/** @throws ProgramError */
async function assertFree(path: string): Promise<void> {
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new ProgramError(`${path} is there already.`);
}
