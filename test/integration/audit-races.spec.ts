import { actorWithoutRequest } from '../../src/audit/audit-event.js';
import { readHead, RecordProofs } from '../../src/audit/record-proofs.js';
import type { Statement } from '../../src/database/statements.js';
import { StoreUnavailable } from '../../src/failures/store-unavailable.js';
import type { Transaction } from '../../src/database/transactions.js';
import { DerivedKeys } from '../../src/secrets/derived-keys.js';
import { SecretBox } from '../../src/secrets/secret-box.js';
import {
  act,
  openAuditRecord,
  SEALING_KEY,
  type TestAuditRecord,
} from '../support/audit-record.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const WRITERS = 40;

const say = (text: string): Statement => ({ name: '', text });

describe('the audit record: change and event take place together, in one order for all', () => {
  let database: TestDatabase;
  let replicas: TestAuditRecord[];

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query('CREATE TABLE things (id int PRIMARY KEY, n int NOT NULL)');
    replicas = await Promise.all([openAuditRecord(database), openAuditRecord(database)]);
  });
  afterAll(async () => {
    await Promise.all((replicas ?? []).map((replica) => replica.close()));
    await database?.drop();
  });

  const trail = (n: number) => replicas[n % 2]!.trail;
  const insert = (id: number) => (transaction: Transaction) =>
    transaction.run(say('INSERT INTO things VALUES ($1, 0) RETURNING id'), [id]);
  const targets = async () =>
    (
      await database.query<{ target: string }>(
        `SELECT target FROM audit_events WHERE target <> 'record' ORDER BY id`,
      )
    ).map(({ target }) => target);
  /** @param events number of events besides the first one, which begins the trail */
  const whole = async (events: number) => {
    const verdict = await replicas[0]!.verifier.verify();
    expect(verdict).toMatchObject({ events: events + 1, since: { id: 1 }, faults: [] });
    const ids = await database.query<{ id: string; at: Date }>(
      'SELECT id, at FROM audit_events ORDER BY id',
    );
    expect(ids.map(({ id }) => Number(id))).toEqual(ids.map((_, index) => index + 1));
    const times = ids.map(({ at }) => at.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  };

  it('of racing changes on two replicas each gets a number of its own, without gaps', async () => {
    await Promise.all(
      Array.from({ length: WRITERS }, (_, n) => trail(n).record(act(n), insert(n))),
    );
    await whole(WRITERS);
    expect(new Set(await targets()).size).toBe(WRITERS);
  });

  it('a change that fails leaves no event, and no gap, among those that succeed', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: WRITERS }, (_, n) =>
        // Every second insert violates the primary key.
        trail(n).record(act(1000 + n), insert(n % 2 === 0 ? 1000 + n : 0)),
      ),
    );
    const failed = outcomes.filter(({ status }) => status === 'rejected');
    expect(failed).toHaveLength(WRITERS / 2);
    for (const { reason } of failed as PromiseRejectedResult[]) expect(reason.code).toBe('23505');
    await whole(WRITERS * 1.5);
  });

  it('an event that cannot be written takes its change back', async () => {
    const before = await targets();
    await database.query(
      `ALTER TABLE audit_events ADD CONSTRAINT no_thing_2000 CHECK (target <> 'thing:2000')`,
    );
    await expect(trail(0).record(act(2000), insert(2000))).rejects.toMatchObject({ code: '23514' });
    await database.query('ALTER TABLE audit_events DROP CONSTRAINT no_thing_2000');
    expect(await database.query('SELECT 1 FROM things WHERE id = 2000')).toEqual([]);
    expect(await targets()).toEqual(before);
    await whole(before.length);
  });

  it('a change that turns out to have changed nothing leaves no event', async () => {
    const before = await targets();
    const result = await trail(1).record(() => undefined, insert(3000));
    expect(result).toEqual([{ id: 3000 }]);
    expect(await targets()).toEqual(before);
  });

  it('changes of the same rows in opposite orders wait for rows, never for the record', async () => {
    const before = (await targets()).length;
    const move = (first: number, second: number) => async (transaction: Transaction) => {
      const text = 'UPDATE things SET n = n + 1 WHERE id = ANY ($1)';
      await transaction.run(say(text), [[first]]);
      await transaction.run(say(text), [[second]]);
    };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 4 }, (_, n) =>
        trail(n).record(act(4000 + n), n % 2 === 0 ? move(1, 2) : move(2, 1)),
      ),
    );
    // PostgreSQL resolves a deadlock of rows by aborting one transaction, which may be retried.
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length;
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StoreUnavailable);
    }
    expect(done).toBeGreaterThan(0);
    await whole(before + done);
    const [{ n } = { n: 0 }] = await database.query<{ n: number }>(
      'SELECT n FROM things WHERE id = 1',
    );
    expect(n).toBe(done);
  });

  it('is found whole while others write to it', async () => {
    const before = (await targets()).length;
    const writing = Promise.all(
      Array.from({ length: WRITERS }, (_, n) => trail(n).note(act(5000 + n))),
    );
    for (let look = 0; look < 5; look += 1) {
      const { events, faults, head } = await replicas[look % 2]!.verifier.verify();
      expect([faults, head?.lastId]).toEqual([[], events]);
    }
    await writing;
    await whole(before + WRITERS);
  });

  it('keeps what text cannot hold as U+FFFD, and is whole with it', async () => {
    const before = (await targets()).length;
    const detail = { nul: 'a\0b', lone: '\ud800', ['__proto__']: 'x', '\u20ac': 1e21, e: -0 };
    await trail(0).note({ ...act(6000), actor: actorWithoutRequest('\0'), detail });
    await whole(before + 1);
    const [row] = await database.query<{ actor: string; detail: Record<string, string> }>(
      'SELECT actor, detail FROM audit_events ORDER BY id DESC LIMIT 1',
    );
    expect([row!.actor, row!.detail['nul'], row!.detail['lone']]).toEqual([
      '\ufffd',
      'a\ufffdb',
      '\ufffd',
    ]);
  });

  it('dates no event before the one before it, also when the clock was set back by an hour', async () => {
    const before = (await targets()).length;
    // Seals the head as the service did when the clock was an hour ahead.
    const head = (await readHead(replicas[0]!.statements))!;
    const lastAt = new Date(Date.now() + 3_600_000);
    const proofs = new RecordProofs(new DerivedKeys([SEALING_KEY]), new SecretBox([SEALING_KEY]));
    await database.query('UPDATE audit_head SET last_at = $1, mac = $2', [
      lastAt,
      proofs.ofHead({ ...head, lastAt }),
    ]);
    await trail(0).note(act(7000));
    await trail(1).note(act(7001));
    await whole(before + 2);
    const [row] = await database.query<{ isLater: boolean }>(
      `SELECT min(at) > now() + interval '59 minutes' AS "isLater"
       FROM audit_events WHERE id > ${before + 1}`,
    );
    expect(row!.isLater).toBe(true);
  });
});
