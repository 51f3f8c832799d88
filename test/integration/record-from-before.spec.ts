import { eventHash } from '../../src/audit/event-hash.js';
import {
  act,
  appendAsBefore,
  openAuditRecord,
  tamper,
  type TestAuditRecord,
} from '../support/audit-record.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('a record that releases without proofs began', () => {
  let database: TestDatabase;
  let record: TestAuditRecord;

  const append = (n: number) => appendAsBefore(database, n);
  const verdict = () => record.verifier.verify();
  const beginnings = () =>
    database.query<{ id: number; reason: string }>(
      `SELECT id::int, detail ->> 'reason' AS reason FROM audit_events
       WHERE action = 'record.begin' ORDER BY id`,
    );

  beforeEach(async () => {
    database = await createTestDatabase();
    record = await openAuditRecord(database);
    for (let n = 1; n <= 3; n += 1) await append(n);
  });
  afterEach(async () => {
    await record?.close();
    await database?.drop();
  });

  it('is whole, and from the first start on each event has a proof', async () => {
    expect(await verdict()).toMatchObject({ events: 3, since: undefined, faults: [] });
    await record.trail.open(record.statements);
    await record.trail.open(record.statements);
    await record.trail.note(act(4));
    expect(await verdict()).toMatchObject({ events: 5, since: { id: 4 }, faults: [] });
    expect(await beginnings()).toEqual([{ id: 4, reason: 'earlier release' }]);
  });

  it('begins with the first act, where nothing opened it', async () => {
    await record.trail.note(act(4));
    expect(await verdict()).toMatchObject({ events: 5, since: { id: 4 }, faults: [] });
  });

  it('shows from then on what is altered in the part without proofs, its hashes too', async () => {
    await record.trail.open(record.statements);
    const [row] = await database.query<{ at: Date; detail: Record<string, never> }>(
      'SELECT at, detail FROM audit_events WHERE id = 3',
    );
    const [{ hash: previous } = { hash: '' }] = await database.query<{ hash: string }>(
      'SELECT hash FROM audit_events WHERE id = 2',
    );
    const forged = { ...act(3), id: 3, at: row!.at.toISOString(), detail: row!.detail, actor: 'x' };
    await tamper(
      database,
      `UPDATE audit_events SET actor = 'x', hash = '${eventHash(previous, forged)}' WHERE id = 3`,
    );
    const found = 'Event 4 is not what was recorded, or does not follow the one before it.';
    expect((await verdict()).faults).toEqual([found]);
    await record.trail.note(act(5));
    expect((await verdict()).faults).toEqual([found]);
  });

  it('begins anew after a replica of such a release appended to it again', async () => {
    await record.trail.note(act(4));
    await append(6);
    expect(await verdict()).toMatchObject({ events: 6, since: undefined, faults: [] });
    await record.trail.note(act(8));
    expect(await verdict()).toMatchObject({ events: 8, since: { id: 7 }, faults: [] });
    expect((await beginnings()).map(({ id }) => id)).toEqual([4, 7]);
  });

  it('is not taken over when its seal does not fit', async () => {
    await tamper(database, `UPDATE audit_head SET last_hash = upper(last_hash)`);
    await expect(record.trail.open(record.statements)).rejects.toThrow('does not fit SECRET_KEYS');
    expect((await verdict()).faults).toContain('The head of the record was altered.');
  });
});
