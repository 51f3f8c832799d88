import 'reflect-metadata';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { withDevelopmentSecrets } from './config/development-secrets.js';
import { readSettings, SettingsError } from './config/settings.js';
import { dataSourceOptions } from './database/data-source.js';
import { EmbeddedServerError } from './database/embedded-server-error.js';
import { startEmbeddedServer } from './database/embedded-server.js';
import { Statements } from './database/statements.js';
import { reseal, type Resealed } from './resealing/reseal.js';
import { SecretBox } from './secrets/secret-box.js';

/**
 * `npm run reseal`: seals every stored secret with the first key of SECRET_KEYS, so that the others
 * can be retired. Ends with 0 when nothing is left under another key, with 1 when a value could not be
 * opened, with 2 when that could not be found out. It may be run again at any time.
 */
async function main(): Promise<number> {
  const { settings } = await withDevelopmentSecrets(readSettings());
  const embedded =
    settings.databaseUrl === undefined
      ? await startEmbeddedServer({ directory: join(settings.dataDir, 'postgresql') })
      : undefined;
  try {
    const options = dataSourceOptions(settings, settings.databaseUrl ?? embedded?.url ?? '');
    const dataSource = await new DataSource(options).initialize();
    try {
      const [sealing] = settings.secretKeys;
      const box = new SecretBox(settings.secretKeys);
      return tell(await reseal(new Statements(dataSource), box, sealing?.id ?? ''));
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await embedded?.stop();
  }
}

function tell(columns: readonly Resealed[]): number {
  for (const { name, resealed } of columns) process.stdout.write(`${name}: ${resealed} resealed\n`);
  const faults = columns.flatMap((column) => column.faults);
  process.stdout.write(
    faults.length === 0
      ? 'Everything is sealed with the first key of SECRET_KEYS.\n'
      : `${faults.length} could not be opened and stay as they are:\n${faults.join('\n')}\n`,
  );
  return faults.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  const expected = error instanceof SettingsError || error instanceof EmbeddedServerError;
  const shown = error instanceof Error ? (expected ? error.message : error.stack) : String(error);
  process.stderr.write(`${shown}\n`);
  process.exitCode = 2;
}
