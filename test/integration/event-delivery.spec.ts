import { Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startEventReceiver, type EventReceiver } from '../support/event-receiver.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { startTestService, type TestConsumer, type TestService } from '../support/service.js';

interface EventRow {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly refusals: number;
  readonly last_error: string | null;
}

describe('an event is delivered at least once, whatever its receiver does', () => {
  let database: TestDatabase;
  let receiver: EventReceiver;
  let replicas: TestService[];

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await startEventReceiver();
    const env = { ...receiver.env, SWEEP_INTERVAL_SECONDS: '1' };
    replicas = [
      await startTestService(database.url, env),
      await startTestService(database.url, env),
    ];
  });
  beforeEach(() => receiver.answers(() => 204));
  afterAll(async () => {
    expect(receiver.unsigned).toEqual([]);
    await Promise.all((replicas ?? []).map((replica) => replica.stop(0)));
    await receiver?.stop();
    await database?.drop();
  });

  const service = (n = 0) => replicas[n % 2]!;
  const rowsOf = (consumerKey: string) =>
    database.query<EventRow>(
      `SELECT id, state, attempts, refusals, last_error FROM events
       WHERE consumer_key = $1 ORDER BY position`,
      [consumerKey],
    );
  const rename = (consumer: TestConsumer, name: string, n = 0) =>
    service(n).admin('PATCH', `/admin/consumers/${consumer.consumerKey}`, { name });
  /** Makes all retries due now. */
  const hasten = () => database.query(`UPDATE events SET due_at = now() WHERE state = 'pending'`);
  const settled = (consumerKey: string, state: string) =>
    eventually(
      async () => {
        await hasten();
        return rowsOf(consumerKey);
      },
      (rows) => rows.every((row) => row.state === state),
    );

  it.each<[string, (response: ServerResponse) => number | void, string]>([
    ['hangs', () => undefined, 'timed out'],
    ['hangs up', (response) => void response.destroy(), 'ECONNRESET'],
    [
      'switches protocols',
      (response) =>
        void response.socket?.end(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
        ),
      'answered 101',
    ],
    ['answers 500', () => 500, 'answered 500'],
    ['answers 429', () => 429, 'answered 429'],
    [
      'redirects',
      (response) =>
        void response.writeHead(307, { Location: `http://127.0.0.1:${receiver.port}/else` }).end(),
      'answered 307',
    ],
  ])('a receiver that %s gets it again, under its id, once it is well', async (_, how, error) => {
    receiver.answers((_received, response) => how(response));
    const { consumerKey } = await service().registerConsumer();
    const [failed] = await eventually(
      () => rowsOf(consumerKey),
      (rows) => rows[0]!.attempts > 0,
    );
    expect(failed).toMatchObject({ state: 'pending', refusals: 0, last_error: error });
    receiver.answers(() => 204);
    expect(await settled(consumerKey, 'delivered')).toMatchObject([
      { state: 'delivered', last_error: null },
    ]);
    const deliveries = receiver.of(consumerKey);
    expect(deliveries.length).toBeGreaterThan(1);
    expect(new Set(deliveries.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([failed?.id]),
    );
    expect(new Set(deliveries.map(({ body }) => body)).size).toBe(1);
  });

  it('the events of a consumer come in their order; one that fails holds back no other consumer', async () => {
    const [ill, well] = [await service().registerConsumer(), await service().registerConsumer()];
    await receiver.typesOf(well.consumerKey, 1);
    await receiver.typesOf(ill.consumerKey, 1);
    receiver.answers(({ event }) => (event.partitionkey === ill.consumerKey ? 503 : 204));
    for (let n = 1; n <= 5; n += 1) {
      await rename(ill, `ill ${n}`, n);
      await rename(well, `well ${n}`, n);
    }
    const names = (consumer: TestConsumer, from = 1) =>
      receiver
        .of(consumer.consumerKey)
        .slice(from)
        .map(({ event }) => event.data['name']);
    await receiver.typesOf(well.consumerKey, 6);
    expect(names(well)).toEqual(['well 1', 'well 2', 'well 3', 'well 4', 'well 5']);
    // Only the first event is tried.
    expect(new Set(names(ill))).toEqual(new Set(['ill 1']));
    const tried = receiver.of(ill.consumerKey).length;
    receiver.answers(() => 204);
    await settled(ill.consumerKey, 'delivered');
    expect(names(ill, tried).slice(-4)).toEqual(['ill 2', 'ill 3', 'ill 4', 'ill 5']);
  });

  it('two replicas share the work, and none is delivered twice', async () => {
    const before = receiver.received.length;
    const consumers = await Promise.all(
      Array.from({ length: 24 }, (_, n) => service(n).registerConsumer()),
    );
    await Promise.all(
      consumers.map(async (consumer, n) => {
        for (let round = 1; round <= 8; round += 1) await rename(consumer, `${round}`, n + round);
      }),
    );
    for (const { consumerKey } of consumers) await receiver.typesOf(consumerKey, 9);
    for (const { consumerKey } of consumers) {
      const named = receiver.of(consumerKey).slice(1);
      expect(named.map(({ event }) => event.data['name'])).toEqual([...'12345678']);
    }
    expect(receiver.received.length - before).toBe(24 * 9);
  });

  it('ten refusals (4xx) make it a dead letter, and the next one of the consumer comes', async () => {
    const consumer = await service().registerConsumer();
    const { consumerKey } = consumer;
    await receiver.typesOf(consumerKey, 1);
    const warnings = jest.spyOn(Logger.prototype, 'warn');
    receiver.answers(({ event }) => (event.data['name'] === 'unwanted' ? 410 : 204));
    await rename(consumer, 'unwanted');
    await rename(consumer, 'wanted');
    const rows = await eventually(
      async () => {
        await hasten();
        return rowsOf(consumerKey);
      },
      (found) => found[2]?.state === 'delivered',
    );
    expect(rows).toMatchObject([
      { state: 'delivered' },
      { state: 'dead', attempts: 10, refusals: 10, last_error: 'answered 410' },
      { state: 'delivered' },
    ]);
    const told = warnings.mock.calls.filter(([, fields]) => fields?.id === rows[1]?.id);
    warnings.mockRestore();
    expect(told.at(-1)).toEqual([
      'Delivery of an event was given up: it is a dead letter',
      { id: rows[1]?.id, type: 'oauth10.consumer.changed', error: 'answered 410' },
    ]);
    // A line for each retry would fill the log.
    expect(told.length).toBeLessThanOrEqual(3);
    const metrics = async () =>
      (await send({ base: service().adminBase, target: '/metrics' })).text;
    const dead = /^oauth10_event_dead_letters 1$/m;
    expect(await eventually(metrics, (text) => dead.test(text))).toMatch(dead);
  });

  it('one that could not be delivered for EVENTS_RETENTION_DAYS is a dead letter, and goes after as many', async () => {
    receiver.answers(() => 500);
    const { consumerKey } = await service().registerConsumer();
    const age = (column: string, days: number) =>
      database.query(
        `UPDATE events SET ${column} = now() - interval '${days} days' WHERE consumer_key = $1`,
        [consumerKey],
      );
    await age('pending_since', 6);
    const metrics = async () =>
      (await send({ base: service().adminBase, target: '/metrics' })).text;
    const lag = /^oauth10_events_lag_seconds 5184\d\d(\.\d+)?$/m;
    expect(await eventually(metrics, (text) => lag.test(text))).toMatch(lag);
    expect(await rowsOf(consumerKey)).toMatchObject([{ state: 'pending' }]);
    await age('pending_since', 8);
    const state = () => rowsOf(consumerKey);
    expect(await eventually(state, (rows) => rows[0]?.state === 'dead')).toMatchObject([
      { state: 'dead', refusals: 0, last_error: 'answered 500' },
    ]);
    await age('settled_at', 6);
    await age('settled_at', 8);
    expect(await eventually(state, ({ length }) => length === 0)).toEqual([]);
  });
});
