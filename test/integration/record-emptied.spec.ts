import { Logger } from '@nestjs/common';
import { RecordNotOurs } from '../../src/failures/record-not-ours.js';
import { act, openAuditRecord, tamper, type TestAuditRecord } from '../support/audit-record.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** The owner of the tables resets the database to look new, so that the audit trail would begin again. */
describe('a record that is emptied, with everything that would tell that there was one', () => {
  let database: TestDatabase;
  let record: TestAuditRecord;

  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => Logger.overrideLogger(true));
  beforeEach(async () => {
    database = await createTestDatabase();
    record = await openAuditRecord(database);
    await record.trail.open(record.statements);
    await record.trail.note(act(2));
    await database.query('CREATE TABLE kept_events AS TABLE audit_events');
    await database.query('CREATE TABLE kept_head AS TABLE audit_head');
  });
  afterEach(async () => {
    await record?.close();
    await database?.drop();
  });

  const empty = () =>
    tamper(
      database,
      'TRUNCATE audit_events',
      `UPDATE audit_head SET last_id = 0, last_at = NULL, last_hash = '', since = NULL, grants_since = NULL,
         mac = NULL`,
    );

  it('is not begun again by a process that has seen it, which goes on when it is back', async () => {
    // Readiness does the same.
    await record.trail.open(record.statements);
    await empty();
    await expect(record.trail.open(record.statements)).rejects.toThrow(RecordNotOurs);
    await expect(record.trail.note(act(3))).rejects.toThrow('it had begun, and is empty');
    expect(await database.query('SELECT id FROM audit_events')).toEqual([]);

    await tamper(
      database,
      'TRUNCATE audit_head',
      'INSERT INTO audit_events TABLE kept_events',
      'INSERT INTO audit_head TABLE kept_head',
    );
    await record.trail.open(record.statements);
    await record.trail.note(act(3));
    expect(await record.verifier.verify()).toMatchObject({ events: 3, faults: [] });
  });

  it('is begun again by a process that starts then, which what was noted elsewhere tells', async () => {
    const { head } = await record.verifier.verify();
    await empty();
    const another = await openAuditRecord(database);
    await another.trail.open(another.statements);
    await another.trail.note(act(2));
    await another.close();
    expect((await record.verifier.verify()).faults).toEqual([]);
    expect((await record.verifier.verify(head)).faults).toEqual([
      'Event 2 is not the one that was noted.',
    ]);
  });
});
