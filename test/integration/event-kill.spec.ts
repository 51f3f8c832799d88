import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startEventReceiver, type EventReceiver } from '../support/event-receiver.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { ADMIN_API_KEY } from '../support/service.js';

describe('a replica that is killed loses no event', () => {
  let database: TestDatabase;
  let receiver: EventReceiver;
  const running: BuiltService[] = [];
  const start = async (): Promise<BuiltService> => {
    const service = await startBuiltService(database.url, receiver.env);
    running.push(service);
    return service;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await startEventReceiver();
  });
  afterAll(async () => {
    await Promise.all(running.map((service) => service.stop()));
    await receiver?.stop();
    await database?.drop();
  });

  it('between delivery and its note of it: the event comes again, under the same id', async () => {
    const first = await start();
    receiver.answers((_, response) => {
      void first.kill().then(() => response.writeHead(204).end());
    });
    const reply = await send({
      base: first.adminBase,
      method: 'POST',
      target: '/admin/consumers',
      headers: [
        ['Authorization', `Bearer ${ADMIN_API_KEY}`],
        ['Content-Type', 'application/json'],
      ],
      body: JSON.stringify({ name: 'Survivor' }),
    });
    expect(reply.status).toBe(201);
    const { consumerKey } = reply.json<{ consumerKey: string }>();
    await receiver.typesOf(consumerKey, 1);
    receiver.answers(() => 204);
    await start();
    const state = () =>
      database.query<{ state: string }>('SELECT state FROM events WHERE consumer_key = $1', [
        consumerKey,
      ]);
    expect(await eventually(state, ([row]) => row?.state === 'delivered')).toEqual([
      { state: 'delivered' },
    ]);
    const ids = receiver.of(consumerKey).map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(receiver.unsigned).toEqual([]);
  });

  it('and one that is asked to end hands over what it has begun', async () => {
    const [, second] = running;
    receiver.answers(() => undefined); // hangs
    const headers = [
      ['Authorization', `Bearer ${ADMIN_API_KEY}`],
      ['Content-Type', 'application/json'],
    ] as const;
    const target = '/admin/consumers';
    const body = JSON.stringify({ name: 'Heir' });
    const reply = await send({ base: second!.adminBase, method: 'POST', target, headers, body });
    const { consumerKey } = reply.json<{ consumerKey: string }>();
    await receiver.typesOf(consumerKey, 1);
    // Events of many consumers, so that the maximum number of deliveries is in progress.
    await database.query(
      `INSERT INTO events (consumer_key, type, subject, data)
       SELECT 'k' || n, 'oauth10.consumer.registered', 'consumer:k' || n, '{}'
       FROM generate_series(1, 100) n`,
    );
    const underWay = () => Promise.resolve(receiver.received.length);
    expect(await eventually(underWay, (count) => count > 20)).toBeGreaterThan(20);
    await second!.stop();
    expect(second!.output()).not.toContain('Warning');
    const held = await database.query('SELECT FROM event_lanes WHERE leased_until > now() + $1', [
      '2 seconds',
    ]);
    expect(held).toEqual([]);
    receiver.answers(() => 204);
    await start();
    expect(await receiver.typesOf(consumerKey, 2)).toHaveLength(2);
  });
});
