import 'reflect-metadata';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { AuditHead } from './audit/audit-head.js';
import { AuditVerifier } from './audit/audit-verifier.js';
import { withDevelopmentSecrets } from './config/development-secrets.js';
import { readSettings, SettingsError } from './config/settings.js';
import { dataSourceOptions } from './database/data-source.js';
import { EmbeddedServerError } from './database/embedded-server-error.js';
import { startEmbeddedServer } from './database/embedded-server.js';
import { Transactions } from './database/transactions.js';
import { SecretBox } from './secrets/secret-box.js';

const USAGE = 'Usage: npm run audit:verify [-- --known ID:HASH]';

/** What was asked for wrongly; its message says how to ask. */
class UsageError extends Error {}

/**
 * `npm run audit:verify`: goes through the record of staff and says whether it is whole. Ends with
 * 0 when it is, with 1 when it was altered, with 2 when that could not be found out.
 */
async function main(): Promise<number> {
  const known = knownHead(process.argv.slice(2));
  const { settings } = await withDevelopmentSecrets(readSettings());
  const embedded =
    settings.databaseUrl === undefined
      ? await startEmbeddedServer({ directory: join(settings.dataDir, 'postgresql') })
      : undefined;
  try {
    // Looks, and so brings no schema up to date.
    const options = dataSourceOptions(settings, settings.databaseUrl ?? embedded?.url ?? '');
    const dataSource = await new DataSource(options).initialize();
    try {
      const secretBox = new SecretBox(settings.secretKeys);
      return tell(await new AuditVerifier(new Transactions(dataSource), secretBox).verify(known));
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await embedded?.stop();
  }
}

/** @throws UsageError */
function knownHead(given: readonly string[]): AuditHead | undefined {
  if (given.length === 0) return undefined;
  const [, id, lastHash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(given[1] ?? '') ?? [];
  if (given.length !== 2 || given[0] !== '--known' || lastHash === undefined) {
    throw new UsageError(USAGE);
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

try {
  process.exitCode = await main();
} catch (error) {
  const expected = [SettingsError, EmbeddedServerError, UsageError].some(
    (kind) => error instanceof kind,
  );
  const shown = error instanceof Error ? (expected ? error.message : error.stack) : String(error);
  process.stderr.write(`${shown}\n`);
  process.exitCode = 2;
}
