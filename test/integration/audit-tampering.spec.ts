import { eventHash, type AuditEvent } from '../../src/audit/audit-event.js';
import {
  act,
  openAuditRecord,
  SEALING_KEY,
  tamper,
  type TestAuditRecord,
} from '../support/audit-record.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const COLUMNS = 'id, at, actor, action, target, detail, hash';

describe('the audit record: whoever goes around the trigger is found out', () => {
  let database: TestDatabase;
  let record: TestAuditRecord;
  let head: { lastId: number; lastHash: string };

  beforeAll(async () => {
    database = await createTestDatabase();
    record = await openAuditRecord(database);
    for (let n = 1; n <= 5; n += 1) await record.trail.note(act(n));
    await database.query('CREATE TABLE kept_events AS TABLE audit_events');
    await database.query('CREATE TABLE kept_head AS TABLE audit_head');
  });
  beforeEach(async () => {
    await tamper(
      database,
      'TRUNCATE audit_events, audit_head',
      'INSERT INTO audit_events TABLE kept_events',
      'INSERT INTO audit_head TABLE kept_head',
    );
    const verdict = await record.verifier.verify();
    expect(verdict).toMatchObject({ events: 5, faults: [] });
    head = verdict.head!;
  });
  afterAll(async () => {
    await record?.close();
    await database?.drop();
  });

  const faults = async (known?: typeof head) => (await record.verifier.verify(known)).faults;
  const altered = (id: number) =>
    `Event ${id} is not what was recorded, or does not follow the one before it.`;
  const swap = (a: number, b: number) => [
    `UPDATE audit_events SET id = 1000 WHERE id = ${a}`,
    `UPDATE audit_events SET id = ${a} WHERE id = ${b}`,
    `UPDATE audit_events SET id = ${b} WHERE id = 1000`,
  ];

  it.each([
    `UPDATE audit_events SET actor = 'x'`,
    'DELETE FROM audit_events WHERE id = 5',
    'TRUNCATE audit_events',
    'DELETE FROM audit_head',
    'TRUNCATE audit_head',
  ])('only grows, says the database to "%s"', async (statement) => {
    await expect(database.query(statement)).rejects.toMatchObject({ code: '23001' });
    expect(await faults()).toEqual([]);
  });

  it.each([
    ['id', `id = 99`],
    ['at', `at = at + interval '1 millisecond'`],
    ['actor', `actor = 'somebody else'`],
    ['action', `action = 'thing.chance'`],
    ['target', `target = 'thing:30'`],
    ['detail', `detail = detail || '{"n": 30}'`],
    ['a depth of detail', `detail = jsonb_set(detail, '{nested,b,1}', 'false')`],
    ['hash', `hash = upper(hash)`],
  ])('an edited %s is found, where it was edited', async (_, assignment) => {
    await tamper(database, `UPDATE audit_events SET ${assignment} WHERE id = 3`);
    expect((await faults()).length).toBeGreaterThan(0);
    const place = assignment === 'id = 99' ? 'Event 4 follows event 2' : 'Event 3 is not';
    expect((await faults())[0]).toContain(place);
  });

  it('an event that was edited together with its own hash is found by the next', async () => {
    const [row] = await database.query<AuditEvent & { at: Date }>(
      `SELECT ${COLUMNS} FROM audit_events WHERE id = 3`,
    );
    const [{ hash: previous } = { hash: '' }] = await database.query<{ hash: string }>(
      'SELECT hash FROM audit_events WHERE id = 2',
    );
    const event = { ...row!, id: 3, at: row!.at.toISOString(), actor: 'somebody else' };
    await tamper(
      database,
      `UPDATE audit_events SET actor = 'somebody else', hash = '${eventHash(previous, event)}'
       WHERE id = 3`,
    );
    expect(await faults()).toEqual([altered(4)]);
  });

  it('a whole chain computed anew, with its head, is found by the seal', async () => {
    const rows = await database.query<Omit<AuditEvent, 'at'> & { at: Date }>(
      `SELECT ${COLUMNS} FROM audit_events ORDER BY id`,
    );
    let hash = '';
    const statements = rows.map((row) => {
      const actor = 'somebody else';
      hash = eventHash(hash, { ...row, id: Number(row.id), at: row.at.toISOString(), actor });
      return `UPDATE audit_events SET actor = '${actor}', hash = '${hash}' WHERE id = ${row.id}`;
    });
    await tamper(database, ...statements, `UPDATE audit_head SET last_hash = '${hash}'`);
    expect(await faults()).toEqual(['The head of the record was altered.']);
  });

  it.each([
    ['the first', 1, 'Event 2 follows event 0: what was between them is gone.'],
    ['one in the middle', 3, 'Event 4 follows event 2: what was between them is gone.'],
    ['the last', 5, 'The record ends with event 4, its head says 5.'],
  ])('%s of the events deleted is found', async (_, id, fault) => {
    await tamper(database, `DELETE FROM audit_events WHERE id = ${id}`);
    expect(await faults()).toContain(fault);
  });

  it('events deleted and the rest renumbered are found', async () => {
    await tamper(
      database,
      'DELETE FROM audit_events WHERE id = 3',
      'UPDATE audit_events SET id = 3 WHERE id = 4',
      'UPDATE audit_events SET id = 4 WHERE id = 5',
    );
    expect((await faults())[0]).toBe(altered(3));
  });

  it.each([
    [1, 2],
    [2, 4],
    [4, 5],
  ])('events %i and %i swapped are found', async (a, b) => {
    await tamper(database, ...swap(a, b));
    expect(await faults()).toContain(altered(a));
  });

  it('an event put in by hand is found', async () => {
    await database.query(
      `INSERT INTO audit_events SELECT 6, at, actor, action, target, detail, hash
       FROM audit_events WHERE id = 5`,
    );
    expect(await faults()).toEqual([altered(6), 'The record ends with event 6, its head says 5.']);
  });

  it('a cut at the end is found, with the head moved to fit too', async () => {
    await tamper(database, 'DELETE FROM audit_events WHERE id > 3');
    expect(await faults()).toEqual(['The record ends with event 3, its head says 5.']);
    await tamper(
      database,
      'UPDATE audit_head SET (last_id, last_hash) = (SELECT id, hash FROM audit_events WHERE id = 3)',
    );
    expect(await faults()).toEqual(['The head of the record was altered.']);
  });

  it('everything emptied is found, with the seal taken off too', async () => {
    await tamper(database, 'TRUNCATE audit_events');
    expect(await faults()).toEqual(['The record ends with event 0, its head says 5.']);
    await tamper(database, 'UPDATE audit_head SET seal = NULL');
    expect(await faults()).toContain('The head of the record was altered.');
  });

  it('an older state with its own head is whole, but not what was noted elsewhere', async () => {
    const [old] = await database.query<{ seal: Buffer }>('SELECT seal FROM audit_head');
    await record.trail.note(act(6));
    const noted = (await record.verifier.verify()).head!;
    expect(await faults(noted)).toEqual([]);
    expect(await faults(head)).toEqual([]);
    await tamper(database, 'DELETE FROM audit_events WHERE id = 6');
    await database.query('UPDATE audit_head SET last_id = 5, last_hash = $1, seal = $2', [
      head.lastHash,
      old!.seal,
    ]);
    expect(await faults()).toEqual([]);
    expect(await faults(noted)).toEqual(['Event 6 is not the one that was noted.']);
    await record.trail.note(act(60));
    expect(await faults(noted)).toEqual(['Event 6 is not the one that was noted.']);
  });

  it.each([
    ['removed', 'DELETE FROM audit_head', 'The head of the record is gone.'],
    [
      'of other octets',
      `UPDATE audit_head SET seal = '\\x00'`,
      'The head of the record was altered.',
    ],
  ])('a head that is %s is found', async (_, statement, fault) => {
    await tamper(database, statement);
    expect(await faults()).toEqual([fault]);
  });

  it('a head sealed by anybody else is found', async () => {
    const key = Buffer.from(SEALING_KEY.key).reverse();
    const other = await openAuditRecord(database, { id: SEALING_KEY.id, key });
    await other.trail.note(act(6));
    await other.close();
    expect(await faults()).toEqual(['The head of the record was altered.']);
  });

  it('tells no more than twenty faults of one that is broken everywhere', async () => {
    for (let n = 6; n <= 30; n += 1) await record.trail.note(act(n));
    await tamper(database, `UPDATE audit_events SET actor = 'x'`);
    expect(await faults()).toHaveLength(20);
  });
});
