import 'reflect-metadata';
import { join } from 'node:path';
import { addEnvFile } from './config/env-file.js';
import { readMigrationSettings } from './config/migration-settings.js';
import { connect } from './database/connect.js';
import { dataSourceOptions } from './database/data-source.js';
import { startEmbeddedServer } from './database/embedded-server/embedded-server.js';
import { parseArguments, UsageError } from './program-arguments.js';
import { toldError } from './told-error.js';

/** The two are often started together. */
const PATIENCE_MS = 60_000;

const USAGE = `Usage: npm run migrate

Brings the schema of DATABASE_URL up to date, says what it did, and ends.`;

/** `npm run migrate`: brings the schema up to date, says what it did, and ends. */
async function main(): Promise<void> {
  parseArguments(USAGE, {});
  addEnvFile();
  const settings = readMigrationSettings();
  const embedded =
    settings.databaseUrl === undefined
      ? await startEmbeddedServer({ directory: join(settings.dataDir, 'postgresql') })
      : undefined;
  try {
    const url = settings.databaseUrl ?? embedded?.url ?? '';
    const dataSource = await connect(dataSourceOptions(settings, url), {
      autoMigrate: true,
      patienceMs: PATIENCE_MS,
    });
    await dataSource.destroy();
  } finally {
    await embedded?.stop();
  }
  process.stdout.write('The schema is up to date.\n');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${toldError(error, UsageError)}\n`);
  process.exit(1);
}
