import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { NewAuditEvent } from '../../src/audit/audit-event.js';
import { AuditTrail } from '../../src/audit/audit-trail.js';
import { AuditVerifier } from '../../src/audit/audit-verifier.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Transactions } from '../../src/database/transactions.js';
import { SecretBox } from '../../src/secrets/secret-box.js';
import type { TestDatabase } from './database.js';

/** The record of one database as one replica writes and reads it. */
export interface TestAuditRecord {
  readonly trail: AuditTrail;
  readonly verifier: AuditVerifier;
  close(): Promise<void>;
}

/** One key for all records of a test file: replicas share it. */
export const SEALING_KEY = { id: 'k1', key: randomBytes(32) };

export async function openAuditRecord(
  database: TestDatabase,
  sealingKey = SEALING_KEY,
): Promise<TestAuditRecord> {
  const options = dataSourceOptions({ databasePoolSize: 8 }, database.url);
  const dataSource = await new DataSource(options).initialize();
  const transactions = new Transactions(dataSource);
  const secretBox = new SecretBox([sealingKey]);
  return {
    trail: new AuditTrail(transactions, secretBox),
    verifier: new AuditVerifier(transactions, secretBox),
    close: () => dataSource.destroy(),
  };
}

/** An act of no meaning. */
export const act = (n: number): NewAuditEvent => ({
  actor: 'test',
  action: 'thing.change',
  target: `thing:${n}`,
  detail: { n, text: 'ä€𝄞"\\\n', nested: { b: [1, null, true], a: 0.1 } },
});

/** What a superuser can do, for whom a trigger is no obstacle. */
export async function tamper(database: TestDatabase, ...statements: string[]): Promise<void> {
  await database.query("SET session_replication_role = 'replica'");
  try {
    for (const statement of statements) await database.query(statement);
  } finally {
    await database.query('RESET session_replication_role');
  }
}
