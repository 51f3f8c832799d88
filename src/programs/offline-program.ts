import { userInfo } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { actorWithoutRequest, type AuditActor } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { RecordProofs } from '../audit/record-proofs.js';
import { withDevelopmentSecrets } from '../config/development-secrets.js';
import { addEnvFile } from '../config/env-file.js';
import { misspeltSettings, sentenceAbout } from '../config/misspelt-settings.js';
import { readSettings, type Settings } from '../config/settings.js';
import { dataSourceOptions } from '../database/data-source.js';
import { startEmbeddedServer } from '../database/embedded-server/embedded-server.js';
import { Statements } from '../database/statements.js';
import { Transactions } from '../database/transactions.js';
import { Grants } from '../grants/grants.js';
import { KeysInUse } from '../grants/keys-in-use.js';
import { OurDatabase } from '../grants/our-database.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { SecretBox } from '../secrets/secret-box.js';
import { errorMessage } from './error-message.js';

/** What a program that runs beside the service works with. */
export interface Store {
  readonly settings: Settings;
  readonly dataSource: DataSource;
  readonly secretBox: SecretBox;
  readonly keys: DerivedKeys;
  readonly grants: Grants;
  /** Of the record. */
  readonly proofs: RecordProofs;
}

/** What was asked for wrongly, or can't be done: its message says so without a stack trace. */
export class ProgramError extends Error {}

const UNDEFINED_TABLE = '42P01';

/**
 * The record, for whoever writes: with keys that the service has not, what is sealed would be lost, and
 * the record look altered.
 *
 * @throws RecordNotOurs; KeysMissing; ProgramError where the schema is not there yet
 */
export async function openRecord({ dataSource, keys, proofs }: Store): Promise<AuditTrail> {
  const trail = new AuditTrail(new Transactions(dataSource), proofs);
  const statements = new Statements(dataSource);
  try {
    await new OurDatabase(trail, new KeysInUse(keys), statements).open();
  } catch (error) {
    if ((error as { code?: string }).code !== UNDEFINED_TABLE) throw error;
    throw new ProgramError('The schema is not there yet: npm run migrate');
  }
  return trail;
}

/**
 * Who runs a program, for the record: `PROGRAM:` and the name of the account, or its number in a
 * container that names none.
 */
export function operator(program: string): AuditActor {
  return actorWithoutRequest(`${program}:${accountName()}`);
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}

/** Where a program has nothing to find out before the store is opened. */
export const nothing = (): void => undefined;

/**
 * Runs a program on the service's own database, and ends the process with the code that it gives, or
 * with 2 when it throws. The schema stays as it is.
 *
 * @param look what is found out before anything is opened
 */
export async function runProgram<Found>(
  look: () => Found | Promise<Found>,
  work: (store: Store, found: Found) => Promise<number>,
): Promise<void> {
  // Whoever read what it says may be gone; what is done counts all the same.
  process.stdout.on('error', () => undefined);
  try {
    const found = await look();
    addEnvFile();
    for (const one of misspeltSettings()) process.stderr.write(`${sentenceAbout(one)}\n`);
    process.exitCode = await withStore((store) => work(store, found));
  } catch (error) {
    process.stderr.write(`${errorMessage(error, ProgramError)}\n`);
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
      const proofs = new RecordProofs(keys, secretBox);
      const grants = new Grants(keys);
      return await work({ settings, dataSource, secretBox, keys, grants, proofs });
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await embedded?.stop();
  }
}
