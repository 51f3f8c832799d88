import { Logger } from '@nestjs/common';
import { actorWithoutRequest, type AuditEvent } from '../../src/audit/audit-event.js';
import { eventHash } from '../../src/audit/event-hash.js';
import { readHead } from '../../src/audit/record-proofs.js';
import { RecordNotOurs } from '../../src/failures/record-not-ours.js';
import {
  act,
  openAuditRecord,
  SEALING_KEY,
  tamper,
  type TestAuditRecord,
} from '../support/audit-record.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const COLUMNS = 'id, at, actor, action, target, detail, hash';

const HEAD_ALTERED = 'The head of the record was altered.';
const unprovenAt = (id: number) => `Event ${id} was not written by the service.`;

describe('the audit record: whoever goes around the trigger is found out', () => {
  let database: TestDatabase;
  let record: TestAuditRecord;
  let head: { lastId: number; lastHash: string };
  const fatal: unknown[] = [];

  beforeAll(async () => {
    Logger.overrideLogger({ log() {}, warn() {}, error() {}, fatal: (line) => fatal.push(line) });
    database = await createTestDatabase();
    record = await openAuditRecord(database);
    // The first event begins the trail.
    for (let n = 2; n <= 5; n += 1) await record.trail.note(act(n));
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
    Logger.overrideLogger(true);
    await record?.close();
    await database?.drop();
  });

  /** The faults found, which must still be found after the next audited act. That act may be refused. */
  const faults = async (known?: typeof head) => {
    const found = (await record.verifier.verify(known)).faults;
    if (found.length > 0) {
      await record.trail.note(act(1000)).catch((error: unknown) => {
        expect(error).toBeInstanceOf(RecordNotOurs);
      });
      expect((await record.verifier.verify(known)).faults).not.toEqual([]);
    }
    return found;
  };
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
    expect(await faults()).toEqual([unprovenAt(3), altered(4)]);
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
    const found = [1, 2, 3, 4, 5].map(unprovenAt).concat(HEAD_ALTERED);
    expect(await faults()).toEqual(found);
    await expect(record.trail.note(act(6))).rejects.toThrow(RecordNotOurs);
    // The trail is not accepted as one from before MACs existed either.
    await tamper(database, 'UPDATE audit_events SET mac = NULL');
    await tamper(database, 'UPDATE audit_head SET mac = NULL, since = NULL');
    expect(await faults()).toEqual([HEAD_ALTERED]);
    await expect(record.trail.note(act(6))).rejects.toThrow(RecordNotOurs);
    await expect(record.trail.open(record.statements)).rejects.toThrow(RecordNotOurs);
  });

  it.each([
    ['a proof taken off', 'UPDATE audit_events SET mac = NULL WHERE id = 3', unprovenAt(3)],
    [
      'the proof of another event',
      `UPDATE audit_events e SET mac = (SELECT mac FROM kept_events WHERE id = 2) WHERE id = 3`,
      unprovenAt(3),
    ],
    [
      'a later time for all that follows',
      `UPDATE audit_head SET last_at = now() + interval '9 years'`,
      HEAD_ALTERED,
    ],
    ['rows that may lack a MAC', 'UPDATE audit_head SET grants_since = NULL', HEAD_ALTERED],
    ['proofs that begin later', 'UPDATE audit_head SET since = 4', HEAD_ALTERED],
    ['proofs that begin never', 'UPDATE audit_head SET since = NULL', HEAD_ALTERED],
  ])('%s is found', async (_, statement, fault) => {
    await tamper(database, statement);
    expect(await faults()).toEqual([fault]);
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
    expect(await faults()).toEqual([
      altered(6),
      unprovenAt(6),
      'The record ends with event 6, its head says 5.',
    ]);
    await expect(record.trail.note(act(6))).rejects.toThrow('it goes on past its end');
  });

  it('a cut at the end is found, with the head moved to fit too', async () => {
    await tamper(database, 'DELETE FROM audit_events WHERE id > 3');
    const [{ faults: found }] = [await record.verifier.verify()];
    expect(found).toEqual(['The record ends with event 3, its head says 5.']);
    await tamper(
      database,
      'UPDATE audit_head SET (last_id, last_hash) = (SELECT id, hash FROM audit_events WHERE id = 3)',
    );
    expect(await faults()).toEqual([HEAD_ALTERED]);
  });

  it('everything emptied is found, with the seal taken off too', async () => {
    await tamper(database, 'TRUNCATE audit_events');
    const [{ faults: found }] = [await record.verifier.verify()];
    expect(found).toEqual(['The record ends with event 0, its head says 5.']);
    await tamper(database, 'UPDATE audit_head SET mac = NULL');
    expect(await faults()).toContain(HEAD_ALTERED);
    await expect(record.trail.note(act(6))).rejects.toThrow(RecordNotOurs);
  });

  it('everything put back as it was before the first event is found, since there are consumers', async () => {
    await database.query(
      `INSERT INTO consumers (consumer_key, name, callback_urls, scopes, signature_methods, two_legged,
         allowed_addresses, labels, status, version)
       VALUES ('k', 'n', '{}', '{}', '{HMAC-SHA256}', false, '{}', '{}', 'active', 1)`,
    );
    const emptied = `UPDATE audit_head SET last_id = 0, last_hash = '', since = NULL, mac = NULL`;
    await tamper(database, 'TRUNCATE audit_events', emptied);
    expect(await faults()).toEqual(['The record has not begun, or all of it was taken away.']);
    await expect(record.trail.open(record.statements)).rejects.toThrow(RecordNotOurs);
    await expect(record.trail.note(act(6))).rejects.toThrow('it is empty, and the database is not');
    await database.query('DELETE FROM consumers');
  });

  it('an older state with its own head is whole, but not what was noted elsewhere', async () => {
    const [old] = await database.query<{ mac: Buffer; at: Date }>(
      'SELECT mac, last_at AS at FROM audit_head',
    );
    await record.trail.note(act(6));
    const noted = (await record.verifier.verify()).head!;
    expect(await faults(noted)).toEqual([]);
    expect(await faults(head)).toEqual([]);
    await tamper(database, 'DELETE FROM audit_events WHERE id = 6');
    await database.query(
      'UPDATE audit_head SET last_id = 5, last_hash = $1, mac = $2, last_at = $3',
      [head.lastHash, old!.mac, old!.at],
    );
    expect(await faults()).toEqual([]);
    expect(await faults(noted)).toEqual(['Event 6 is not the one that was noted.']);
    await record.trail.note(act(60));
    expect(await faults(noted)).toEqual(['Event 6 is not the one that was noted.']);
  });

  it.each([
    ['removed', 'DELETE FROM audit_head', 'The head of the record is gone.'],
    ['of other octets', `UPDATE audit_head SET mac = '\\x00'`, HEAD_ALTERED],
  ])('a head that is %s is found', async (_, statement, fault) => {
    await tamper(database, statement);
    expect(await faults()).toEqual([fault]);
  });

  it('nobody with other keys appends, so that the record stays whole', async () => {
    const key = Buffer.from(SEALING_KEY.key).reverse();
    for (const id of [SEALING_KEY.id, 'another']) {
      const other = await openAuditRecord(database, [{ id, key }]);
      await expect(other.trail.open(other.statements)).rejects.toThrow(RecordNotOurs);
      await expect(other.trail.note(act(6))).rejects.toThrow(RecordNotOurs);
      expect(other.refusals()).toBe(1);
      expect(fatal.at(-1)).toBe(
        'Audit log was not written by this service; admin operations are refused',
      );
      await other.trail.begin(actorWithoutRequest('test'), 'to launder').catch(() => undefined);
      await other.close();
    }
    expect(await faults()).toEqual([]);
  });

  it('tells no more than twenty faults of one that is broken everywhere', async () => {
    for (let n = 6; n <= 30; n += 1) await record.trail.note(act(n));
    await tamper(database, `UPDATE audit_events SET actor = 'x'`);
    expect((await record.verifier.verify()).faults).toHaveLength(20);
  });

  it.each(['audit_events', 'audit_head'])('a trigger that drops what goes to %s', async (table) => {
    await tamper(
      database,
      "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
      `CREATE TRIGGER a_quiet BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION quiet()`,
    );
    await expect(record.trail.note(act(6))).rejects.toBeInstanceOf(RecordNotOurs);
    await database.query('DROP FUNCTION quiet CASCADE');
    await record.trail.note(act(6));
  });

  it.each(['audit_events', 'audit_head'])('a temporary table in the place of %s', async (table) => {
    const shadow = `CREATE TEMP TABLE ${table} ON COMMIT DROP AS TABLE public.${table}`;
    const shadowed = record.trail.record(act(6), async (transaction) => {
      await transaction.run({ name: `shadow-${table}`, text: shadow });
      expect(await readHead(transaction)).toBeUndefined();
    });
    await expect(shadowed).rejects.toBeInstanceOf(RecordNotOurs);
    await record.trail.note(act(6));
  });
});
