import { userInfo } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { HEAD_COLUMNS, isOurHead, type SealedHead } from './audit/audit-head.js';
import { withDevelopmentSecrets } from './config/development-secrets.js';
import { addEnvFile } from './config/env-file.js';
import { misspeltSettings, sentenceAbout } from './config/misspelt-settings.js';
import { readSettings, type Settings } from './config/settings.js';
import { dataSourceOptions } from './database/data-source.js';
import { startEmbeddedServer } from './database/embedded-server/embedded-server.js';
import { Statements } from './database/statements.js';
import { Grants } from './grants/grants.js';
import { UsageError } from './program-arguments.js';
import { DerivedKeys } from './secrets/derived-keys.js';
import { SecretBox } from './secrets/secret-box.js';
import { toldError } from './told-error.js';

/** What a program that runs beside the service works with. */
export interface Store {
  readonly settings: Settings;
  readonly dataSource: DataSource;
  readonly secretBox: SecretBox;
  readonly keys: DerivedKeys;
  readonly grants: Grants;
}

/** What was asked for wrongly, or can't be done: its message says so without a stack trace. */
export class ProgramError extends Error {}

const UNDEFINED_TABLE = '42P01';

const SEALED_END = {
  name: 'sealed-end-of-record',
  text: `SELECT ${HEAD_COLUMNS} FROM audit_head`,
};

/**
 * Whoever writes has to seal with keys that the service has: what it could not open would be lost, and
 * the record look altered.
 *
 * @throws ProgramError also where the schema is not there yet
 */
export async function assertServicesOwnKeys({ dataSource, secretBox }: Store): Promise<void> {
  const [head] = await new Statements(dataSource)
    .run<SealedHead>(SEALED_END)
    .catch((error: unknown) => {
      if ((error as { code?: string }).code !== UNDEFINED_TABLE) throw error;
      throw new ProgramError('The schema is not there yet: npm run migrate');
    });
  if (head && !isOurHead(secretBox, head)) {
    throw new ProgramError(
      'The record of this database was not sealed with these SECRET_KEYS. Set those of the service; ' +
        'if they are the same, run npm run audit:verify.',
    );
  }
}

/** Who runs the program, for the record: the name of the account, or its number in a container that names none. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}

/**
 * Runs a program on the service's own database, and ends the process with the code that it gives, or
 * with 2 when it throws. The schema stays as it is.
 *
 * @param orderOf what is asked for, found out before anything is opened
 */
export async function runProgram<Order>(
  orderOf: () => Order | Promise<Order>,
  work: (order: Order, store: Store) => Promise<number>,
): Promise<void> {
  // Whoever read what it says may be gone; what is done counts all the same.
  process.stdout.on('error', () => undefined);
  try {
    const order = await orderOf();
    addEnvFile();
    for (const one of misspeltSettings()) process.stderr.write(`${sentenceAbout(one)}\n`);
    process.exitCode = await withStore((store) => work(order, store));
  } catch (error) {
    process.stderr.write(`${toldError(error, ProgramError, UsageError)}\n`);
    process.exitCode = 2;
  }
}

async function withStore(work: (store: Store) => Promise<number>): Promise<number> {
  const { settings } = await withDevelopmentSecrets(readSettings());
  const embedded =
    settings.databaseUrl === undefined
      ? await startEmbeddedServer({ directory: join(settings.dataDir, 'postgresql') })
      : undefined;
  try {
    const options = dataSourceOptions(settings, settings.databaseUrl ?? embedded?.url ?? '');
    const dataSource = await new DataSource(options).initialize();
    try {
      const keys = new DerivedKeys(settings.secretKeys);
      const secretBox = new SecretBox(settings.secretKeys);
      return await work({ settings, dataSource, secretBox, keys, grants: new Grants(keys) });
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await embedded?.stop();
  }
}
