import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Statements } from '../../src/database/statements.js';
import type { Settings } from '../../src/config/settings.js';
import { EventLanes, type HeldLane } from '../../src/events/event-lanes.js';
import { Outbox } from '../../src/events/outbox.js';
import { eventually } from '../support/eventually.js';
import { databaseForAllTests } from '../support/service-for-all-tests.js';

describe('a lane of events is one replica’s for a while', () => {
  const database = databaseForAllTests(() => dataSource.destroy());
  let dataSource: DataSource;
  let lanes: EventLanes;

  beforeAll(async () => {
    dataSource = await new DataSource(
      dataSourceOptions({ databasePoolSize: 4 }, database.url),
    ).initialize();
    lanes = new EventLanes(new Statements(dataSource));
  });
  beforeEach(async () => {
    await database.query('TRUNCATE events');
    await database.query(`UPDATE event_lanes SET holder = NULL, leased_until = '-infinity'`);
    await database.query(
      `INSERT INTO events (consumer_key, type, subject, data) VALUES ('k', 't', 's', '{}')`,
    );
  });

  const claimed = async (): Promise<HeldLane> => {
    const held = await lanes.claim();
    if (!held) throw new Error('No lane is free');
    return held;
  };
  const state = async () => (await database.query('SELECT state, attempts FROM events'))[0];

  it('nobody else has it meanwhile, and who has it notes what became of its events', async () => {
    const held = await claimed();
    expect(await lanes.claim()).toBeUndefined();
    await lanes.settle(held, await lanes.read(held), []);
    expect(await state()).toEqual({ state: 'delivered', attempts: 1 });
  });

  it('all that is done with lanes, and to watch them, takes one session at a time', async () => {
    const held = await claimed();
    await database.query('BEGIN');
    await database.query('LOCK TABLE events, event_lanes');
    const all = [lanes.read(held), lanes.claim(), lanes.backlog(), lanes.settle(held, [], [])];
    const waiting = async () => {
      const [row] = await database.query<{ sessions: number }>(
        `SELECT count(*)::int AS sessions FROM pg_locks
         WHERE NOT granted AND relation IN ('events'::regclass, 'event_lanes'::regclass)`,
      );
      return row?.sessions;
    };
    expect(await eventually(waiting, (sessions) => sessions !== 0)).toBe(1);
    await sleep(300);
    expect(await waiting()).toBe(1);
    await database.query('ROLLBACK');
    expect(await Promise.all(all)).toMatchObject([
      [{ type: 't' }],
      undefined,
      { dead: 0 },
      undefined,
    ]);
  });

  it('events that are added together have the order in which they were given', async () => {
    await database.query('TRUNCATE events');
    const outbox = new Outbox({ events: {} } as unknown as Settings);
    const subjects = Array.from({ length: 20 }, (_, n) => `token:${n}`);
    const events = subjects.map((subject) => ({
      type: 'oauth10.token.issued' as const,
      consumerKey: 'k',
      subject,
      data: {},
    }));
    await outbox.add(new Statements(dataSource), events);
    const added = await lanes.read(await claimed());
    expect(added.map(({ subject }) => subject)).toEqual(subjects);
  });

  it.each(['delivered', 'dead'])('who has lost it notes nothing: %s', async (outcome) => {
    const lost = await claimed();
    const events = await lanes.read(lost);
    await database.query(`UPDATE event_lanes SET leased_until = now() WHERE holder IS NOT NULL`);
    const held = await claimed();
    const failed = events.map((event) => ({
      event,
      error: 'answered 400',
      isRefusal: true,
      isDead: true,
      waitSeconds: 1,
    }));
    if (outcome === 'dead') await lanes.settle(lost, [], failed);
    else await lanes.settle(lost, events, []);
    expect(await state()).toEqual({ state: 'pending', attempts: 0 });
    // The previous holder does not release the lane either, because another holder has it now.
    expect(await lanes.claim()).toBeUndefined();
    await lanes.settle(held, events, []);
    expect(await state()).toEqual({ state: 'delivered', attempts: 1 });
  });
});
