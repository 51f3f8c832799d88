import { setTimeout as sleep } from 'node:timers/promises';
import { startEventReceiver, type EventReceiver } from '../support/event-receiver.js';
import { eventually } from '../support/eventually.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

describe('deliveries heed their lease', () => {
  let receiver: EventReceiver;
  const { database } = serviceForAllTests(async () => {
    receiver = await startEventReceiver();
    return { ...receiver.env, EVENTS_TIMEOUT_SECONDS: '20' };
  });
  afterAll(() => receiver?.stop());

  // Of the 30 s lease, 20 s are reserved for an answer and 2 s as a margin. A delivery that starts later could
  // outlast it.
  it('none begins in the last part of a lease; what was delivered is noted, and the rest comes later', async () => {
    receiver.answers((_, response) => {
      void sleep(1_000).then(() => response.writeHead(204).end());
    });
    const events = 20;
    await database.query(
      `INSERT INTO events (consumer_key, type, subject, data)
       SELECT 'slow', 'oauth10.consumer.changed', 'consumer:slow', '{}' FROM generate_series(1, $1)`,
      [events],
    );
    const states = () =>
      database.query<{ state: string }>(
        `SELECT state FROM events WHERE consumer_key = 'slow' ORDER BY position`,
      );
    const noted = (rows: { state: string }[]) =>
      rows.filter(({ state }) => state === 'delivered').length;
    const rows = await eventually(states, (found) => noted(found) > 0);
    expect(noted(rows)).toBeLessThan(events);
    expect(receiver.received.length).toBeLessThan(events);
    receiver.answers(() => 204);
    expect(noted(await eventually(states, (found) => noted(found) === events))).toBe(events);
    expect(receiver.received.length).toBe(events);
  });
});
