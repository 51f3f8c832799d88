import 'reflect-metadata';
import { open, rename, unlink } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { AuditTrail } from './audit/audit-trail.js';
import { Transactions } from './database/transactions.js';
import { openAsItIs, ProgramError, runProgram } from './offline-program.js';
import { ExportRecords } from './transfer/export-records.js';

const USAGE = `Usage: npm run export -- FILE [--secrets]

Writes all consumers and access tokens to FILE, one JSON object a line. With --secrets it holds
their secrets in the clear, and can be imported elsewhere: keep it as you keep those.`;

interface Order {
  readonly path: string;
  readonly secrets: boolean;
}

/**
 * `npm run export -- FILE`: ends with 0 when the file is whole, with 2 when there is none. A file that
 * is there already stays as it is.
 */
await runProgram(readOrder, openAsItIs, async ({ path, secrets }, { dataSource, secretBox }) => {
  const transactions = new Transactions(dataSource);
  const records = new ExportRecords(
    transactions,
    new AuditTrail(transactions, secretBox),
    secretBox,
  );
  const part = `${path}.part`;
  // For its owner alone; under its own name only when it is whole.
  const file = await open(part, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new ProgramError(`${part} can't be written: ${error.code ?? error.message}`);
  });
  try {
    const order = { actor: `export:${userInfo().username}`, secrets };
    const { consumers, tokens } = await records.run(order, async (lines) => {
      await file.appendFile(lines);
    });
    await file.sync();
    await rename(part, path);
    process.stdout.write(`${consumers} consumers and ${tokens} access tokens are in ${path}.\n`);
    return 0;
  } catch (error) {
    await unlink(part);
    throw error;
  } finally {
    await file.close();
  }
});

async function readOrder(): Promise<Order> {
  const { values, positionals } = parsedArguments();
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new ProgramError(USAGE);
  const isThere = await open(path, 'r').then(
    (file) => file.close().then(() => true),
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
