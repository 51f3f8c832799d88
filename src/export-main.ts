import 'reflect-metadata';
import { appendFile, closeSync, fsync, linkSync, openSync, rmSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import { AuditTrail } from './audit/audit-trail.js';
import { Transactions } from './database/transactions.js';
import { assertServicesOwnKeys, ProgramError, runProgram, type Store } from './offline-program.js';
import { ExportRecords, type ExportedCounts } from './transfer/export-records.js';

const USAGE = `Usage: npm run export -- FILE [--secrets]

Writes all consumers and access tokens to FILE, one JSON object a line. With --secrets it holds
their secrets in the clear, and can be imported elsewhere: keep it as you keep those.`;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const append = promisify(appendFile);
const sync = promisify(fsync);

interface Order {
  readonly path: string;
  readonly secrets: boolean;
}

/**
 * `npm run export -- FILE`: ends with 0 when the file is whole, with 2 when there is none. A file that
 * is there already stays as it is.
 */
await runProgram(readOrder, async (order, store) => {
  await assertServicesOwnKeys(store);
  const part = `${order.path}.part`;
  let file: number | undefined;
  let isWhole = false;
  const clearAway = () => {
    if (file !== undefined) rmSync(part, { force: true });
  };
  const leave = () => {
    clearAway();
    process.exit(isWhole ? 0 : 2);
  };
  // Heard from before the file is there, and answered when nothing is half done.
  for (const signal of SIGNALS) process.once(signal, leave);
  try {
    file = make(part);
    const { consumers, tokens } = await exportTo(file, order, store);
    // Unlike a rename, it replaces nothing that has come there meanwhile.
    linkSync(part, order.path);
    isWhole = true;
    process.stdout.write(
      `${consumers} consumers and ${tokens} access tokens are in ${order.path}.\n`,
    );
    return 0;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined || code === undefined) throw error;
    throw new ProgramError(`${order.path} can't be written: ${code}`);
  } finally {
    clearAway();
    if (file !== undefined) closeSync(file);
    for (const signal of SIGNALS) process.off(signal, leave);
  }
});

/** For its owner alone; under its own name only when it is whole. @returns its descriptor */
function make(part: string): number {
  try {
    return openSync(part, 'wx', 0o600);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new ProgramError(
      code === 'EEXIST'
        ? `${part} is there: an export that was cut off left it, perhaps with secrets. Delete it first.`
        : `${part} can't be written: ${code}`,
    );
  }
}

async function exportTo(
  file: number,
  { secrets }: Order,
  { dataSource, secretBox }: Store,
): Promise<ExportedCounts> {
  const transactions = new Transactions(dataSource);
  const audit = new AuditTrail(transactions, secretBox);
  const counts = await new ExportRecords(transactions, audit, secretBox).run(
    { actor: `export:${userInfo().username}`, secrets },
    (lines) => append(file, lines),
  );
  await sync(file);
  return counts;
}

async function readOrder(): Promise<Order> {
  const { values, positionals } = parsedArguments();
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new ProgramError(USAGE);
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new ProgramError(`${path} is there already.`);
  return { path, secrets: values.secrets };
}

function parsedArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { secrets: { type: 'boolean', default: false } },
    });
  } catch {
    throw new ProgramError(USAGE);
  }
}
