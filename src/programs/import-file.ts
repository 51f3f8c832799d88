import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { AuditTrail } from '../audit/audit-trail.js';
import { Statements } from '../database/statements.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { openRecord, operator, ProgramError, runProgram, type Store } from './offline-program.js';
import { ImportRecords, type ImportResult } from '../transfer/import-records.js';
import { ImportRefused, type LineFault } from '../transfer/import-refused.js';
import { TransferProgress } from '../transfer/transfer-progress.js';
import { StagedImports } from '../transfer/staged-imports.js';

/** The options of an import. */
export interface ImportOrder {
  readonly path: string;
  /** Whether to check the file without importing it. */
  readonly dryRun: boolean;
}

/**
 * `oauth10 import FILE`: exits with 0 if the file is imported, now or in a former run; with 1 if it was refused, and
 * then nothing was imported; with 2 if the import failed. The next run continues an interrupted import.
 */
export const importFile = (order: ImportOrder): Promise<void> =>
  runProgram(
    () => octetsOf(order.path),
    async (store, octets) => {
      const audit = await openRecord(store);
      const progress = new TransferProgress();
      try {
        const imported = await takeOver(order, octets, store, audit, progress).finally(() =>
          progress.stop(),
        );
        return printResult(order, imported);
      } catch (error) {
        if (error instanceof ImportRefused) return printRefusal(error);
        if (!isStoreUnavailable(error)) throw error;
        throw new ProgramError('The database went away. Run the same command again to go on.');
      }
    },
  );

/** @throws ProgramError */
async function octetsOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new ProgramError(`${path} can't be read: ${error.code ?? error.message}`);
  });
  if (!found.isFile()) throw new ProgramError(`${path} is not a file: it is read twice.`);
  return found.size;
}

async function takeOver(
  { path, dryRun }: ImportOrder,
  octets: number,
  { dataSource, secretBox, keys, grants }: Store,
  audit: AuditTrail,
  progress: TransferProgress,
): Promise<ImportResult> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const records = new ImportRecords(
    new StagedImports(new Statements(dataSource)),
    audit,
    secretBox,
    grants,
    keys,
  );
  return records.run(
    { chunks: createReadStream(path, { highWaterMark: 1024 * 1024 }), hash: hash.digest() },
    {
      actor: operator('import'),
      dryRun,
      onProgress: (step) =>
        step.done === 'read'
          ? progress.advance('Reading', 'octets', step.octets, octets)
          : progress.advance('Taking over', 'records', step.rows, step.of),
    },
  );
}

function printResult(
  { path, dryRun }: ImportOrder,
  { consumers, tokens, takenOverAt }: ImportResult,
): number {
  const what = `${consumers} consumers and ${tokens} access tokens`;
  process.stdout.write(
    takenOverAt
      ? `${path} was taken over before, on ${takenOverAt.toISOString()}: ${what}. Nothing was done.\n`
      : dryRun
        ? `${path} can be taken over: ${what}. Nothing was done.\n`
        : `${what} were taken over.\n`,
  );
  return 0;
}

function printRefusal({ reason, faults }: ImportRefused): number {
  const lines =
    reason === 'busy'
      ? ['Another process is importing, or has just imported, the same file.']
      : faults.map(sentence);
  process.stdout.write(`Nothing was imported.\n${lines.join('\n')}\n`);
  return 1;
}

function sentence({ line, pointer, detail }: LineFault): string {
  // The file chooses the names in the pointer, and they could contain control characters for the terminal.
  const place = JSON.stringify(pointer)
    .slice(1, -1)
    .replaceAll(/\p{Cc}/gu, '?');
  return `${line === 0 ? 'The file' : `Line ${line}`}${place && `: ${place}`} ${detail}`;
}
