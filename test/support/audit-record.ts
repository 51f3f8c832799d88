import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { actorWithoutRequest, type NewAuditEvent } from '../../src/audit/audit-event.js';
import { eventHash } from '../../src/audit/event-hash.js';
import { AuditTrail } from '../../src/audit/audit-trail.js';
import { AuditVerifier } from '../../src/audit/audit-verifier.js';
import { RecordProofs } from '../../src/audit/record-proofs.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Statements } from '../../src/database/statements.js';
import { Transactions } from '../../src/database/transactions.js';
import type { Metrics } from '../../src/metrics/metrics.js';
import { DerivedKeys } from '../../src/secrets/derived-keys.js';
import { SecretBox } from '../../src/secrets/secret-box.js';
import type { TestDatabase } from './database.js';

/** The audit trail of one database, as one replica writes and reads it. */
export interface TestAuditRecord {
  readonly trail: AuditTrail;
  readonly verifier: AuditVerifier;
  readonly statements: Statements;
  /** How many acts were refused because the proof of the trail's end did not verify. */
  refusals(): number;
  close(): Promise<void>;
}

/** One key for all audit trails of a test file, because replicas share it. */
export const SEALING_KEY = { id: 'k1', key: randomBytes(32) };

export async function openAuditRecord(
  database: TestDatabase,
  ring = [SEALING_KEY],
): Promise<TestAuditRecord> {
  const options = dataSourceOptions({ databasePoolSize: 8 }, database.url);
  const dataSource = await new DataSource(options).initialize();
  const transactions = new Transactions(dataSource);
  const proofs = new RecordProofs(new DerivedKeys(ring), new SecretBox(ring));
  let refusals = 0;
  const metrics = { recordRefused: () => (refusals += 1) };
  return {
    trail: new AuditTrail(transactions, proofs, metrics as unknown as Metrics),
    verifier: new AuditVerifier(transactions, proofs),
    statements: new Statements(dataSource),
    refusals: () => refusals,
    close: () => dataSource.destroy(),
  };
}

/** An act with arbitrary content. */
export const act = (n: number): NewAuditEvent => ({
  actor: actorWithoutRequest('test'),
  action: 'thing.change',
  target: `thing:${n}`,
  detail: { n, text: 'ä€𝄞"\\\n', nested: { b: [1, null, true], a: 0.1 } },
});

/** Appends like a release without proofs: after any last event, with a hash and a seal of the end. */
export async function appendAsBefore(
  database: TestDatabase,
  n: number,
  secretBox = new SecretBox([SEALING_KEY]),
): Promise<void> {
  const [head] = await database.query<{ last_id: string; last_hash: string }>(
    'SELECT * FROM audit_head',
  );
  const id = Number(head!.last_id) + 1;
  const at = new Date().toISOString();
  const event = { id, at, ...act(n), actor: 'test' };
  const hash = eventHash(head!.last_hash, event);
  const place = { table: 'audit_head', row: 'head', column: 'seal' };
  const seal = secretBox.seal(`${id} ${hash}`, place);
  await database.query(
    `INSERT INTO audit_events (id, at, actor, action, target, detail, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, at, event.actor, event.action, event.target, JSON.stringify(event.detail), hash],
  );
  await database.query(
    'UPDATE audit_head SET last_id = $1, last_at = $2, last_hash = $3, seal = $4',
    [id, at, hash, seal],
  );
}

/** Runs statements as a superuser who disables triggers. */
export async function tamper(database: TestDatabase, ...statements: string[]): Promise<void> {
  await database.query("SET session_replication_role = 'replica'");
  try {
    for (const statement of statements) await database.query(statement);
  } finally {
    await database.query('RESET session_replication_role');
  }
}
