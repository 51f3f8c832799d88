import 'reflect-metadata';
import { join } from 'node:path';
import { readSettings, SettingsError } from './config/settings.js';
import { connect } from './database/connect.js';
import { dataSourceOptions } from './database/data-source.js';
import { EmbeddedServerError } from './database/embedded-server/embedded-server-error.js';
import { startEmbeddedServer } from './database/embedded-server/embedded-server.js';

/** `npm run migrate`: brings the schema up to date, says what it did, and ends. */
async function main(): Promise<void> {
  const settings = readSettings();
  const embedded =
    settings.databaseUrl === undefined
      ? await startEmbeddedServer({ directory: join(settings.dataDir, 'postgresql') })
      : undefined;
  try {
    const url = settings.databaseUrl ?? embedded?.url ?? '';
    const dataSource = await connect(dataSourceOptions(settings, url));
    await dataSource.destroy();
  } finally {
    await embedded?.stop();
  }
  process.stdout.write('The schema is up to date.\n');
}

try {
  await main();
} catch (error) {
  const expected = error instanceof SettingsError || error instanceof EmbeddedServerError;
  const shown = error instanceof Error ? (expected ? error.message : error.stack) : String(error);
  process.stderr.write(`${shown}\n`);
  process.exit(1);
}
