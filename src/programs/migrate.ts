import 'reflect-metadata';
import { join } from 'node:path';
import { addEnvFile } from '../config/env-file.js';
import { readMigrationSettings } from '../config/migration-settings.js';
import { connect } from '../database/connect.js';
import { dataSourceOptions } from '../database/data-source.js';
import { startEmbeddedServer } from '../database/embedded-server/embedded-server.js';
import { errorMessage } from './error-message.js';

/** Waits for the database, because both are often started together. */
const PATIENCE_MS = 60_000;

async function bringUpToDate(): Promise<void> {
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

/** `oauth10 migrate`: applies missing migrations and prints the result. Exits with 1 on failure. */
export async function migrate(): Promise<void> {
  try {
    await bringUpToDate();
  } catch (error) {
    process.stderr.write(`${errorMessage(error)}\n`);
    process.exit(1);
  }
}
