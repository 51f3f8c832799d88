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

/** The services that a program next to the service uses. */
export interface Store {
  readonly settings: Settings;
  readonly dataSource: DataSource;
  readonly secretBox: SecretBox;
  readonly keys: DerivedKeys;
  readonly grants: Grants;
  /** The proofs of the audit trail. */
  readonly proofs: RecordProofs;
}

/** A usage error, or an impossible request. The message suffices without a stack trace. */
export class ProgramError extends Error {}

const UNDEFINED_TABLE = '42P01';

/**
 * Opens the audit trail for programs that write. Refuses other keys than the service's: the service could not open
 * secrets sealed with them, and the audit trail would look altered.
 *
 * @throws RecordNotOurs; KeysMissing; ProgramError if there is no schema yet
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
 * The user who runs a program, for the audit trail: `PROGRAM:` and the account name, or the user id in a container
 * without account names.
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

/** For programs without checks before the database is opened. */
export const nothing = (): void => undefined;

/**
 * Runs a program on the service's database, and exits with the code that `work` returns, or with 2 if it throws.
 * Never changes the schema.
 *
 * @param look checks that run before the database is opened
 */
export async function runProgram<Found>(
  look: () => Found | Promise<Found>,
  work: (store: Store, found: Found) => Promise<number>,
): Promise<void> {
  // The reader of the output may have closed it. The program continues.
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
