import { runCommand } from '../support/command.js';
import { startEventReceiver, type EventReceiver } from '../support/event-receiver.js';
import { eventually } from '../support/eventually.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor: string | null;
}

describe('staff list events, and have them delivered once more', () => {
  let receiver: EventReceiver;
  const { service, database } = serviceForAllTests(async () => {
    receiver = await startEventReceiver();
    return receiver.env;
  });
  afterAll(() => receiver?.stop());

  const list = async (query: string): Promise<Page> => {
    const reply = await service.admin('GET', `/admin/events?${query}`);
    expect(reply.status).toBe(200);
    return reply.json<Page>();
  };
  /** Creates a consumer with this many changes, all delivered. */
  async function delivered(changes: number): Promise<string> {
    const { consumerKey } = await service.registerConsumer();
    for (let n = 1; n <= changes; n += 1) {
      await service.admin('PATCH', `/admin/consumers/${consumerKey}`, { name: `${n}` });
    }
    await eventually(
      () => list(`consumerKey=${consumerKey}&state=delivered`),
      ({ items }) => items.length === changes + 1,
    );
    return consumerKey;
  }

  it('in pages, oldest or newest first, by state, type and consumer', async () => {
    const consumerKey = await delivered(3);
    const of = `consumerKey=${consumerKey}`;
    const names = ({ items }: Page) =>
      items.map(({ data }) => (data as Record<string, unknown>)['name']);
    const first = await list(`${of}&limit=3`);
    expect(names(first)).toEqual(['Test consumer', '1', '2']);
    const rest = await list(`${of}&limit=3&cursor=${first.nextCursor}`);
    expect([names(rest), rest.nextCursor]).toEqual([['3'], null]);
    expect(names(await list(`${of}&order=desc&limit=1`))).toEqual(['3']);
    expect(names(await list(`${of}&type=oauth10.consumer.changed`))).toEqual(['1', '2', '3']);
    expect(names(await list(`${of}&state=dead`))).toEqual([]);
    expect(first.items[0]).toEqual({
      id: expect.any(String) as string,
      type: 'oauth10.consumer.registered',
      consumerKey,
      subject: `consumer:${consumerKey}`,
      data: { consumerKey, name: 'Test consumer', status: 'active' },
      state: 'delivered',
      createdAt: expect.any(String) as string,
      attempts: 1,
      lastError: null,
      dueAt: null,
      settledAt: expect.any(String) as string,
    });
  });

  it.each(['state=asleep', 'type=oauth10.nonesuch', 'order=up', 'cursor=x', 'nonesuch=1'])(
    'not by %s',
    async (query) => {
      expect((await service.admin('GET', `/admin/events?${query}`)).status).toBe(400);
    },
  );

  it('a dead letter is delivered after its replay, under its id, and that is on record', async () => {
    const consumerKey = await delivered(0);
    await database.query(
      `UPDATE events SET state = 'dead', attempts = 10, refusals = 10, last_error = 'answered 410',
         due_at = now() + interval '1 day', pending_since = now() - interval '1 day'
       WHERE consumer_key = $1`,
      [consumerKey],
    );
    const [dead] = (await list(`consumerKey=${consumerKey}&state=dead`)).items;
    expect(dead).toMatchObject({ attempts: 10, lastError: 'answered 410' });
    const id = String(dead?.['id']);
    const replayed = await service.admin('POST', `/admin/events/${id}/replay`);
    expect(replayed.status).toBe(200);
    expect(replayed.json()).toMatchObject({
      state: 'pending',
      attempts: 0,
      lastError: null,
      settledAt: null,
    });
    // The number of tries and the time limit start again.
    expect(
      await database.query(
        `SELECT refusals, due_at <= now() AS due, pending_since > now() - interval '1 hour' AS fresh
         FROM events WHERE consumer_key = $1`,
        [consumerKey],
      ),
    ).toEqual([{ refusals: 0, due: true, fresh: true }]);
    await receiver.typesOf(consumerKey, 2);
    const ids = receiver.of(consumerKey).map(({ event }) => event.id);
    expect(ids).toEqual([id, id]);
    const acts = await service.admin('GET', `/admin/audit-events?target=event:${id}`);
    expect(acts.json<Page>().items).toMatchObject([
      { action: 'event.replay', detail: { consumerKey, type: 'oauth10.consumer.registered' } },
    ]);
  });

  it('one that waits is on its way already: its replay changes nothing, and is not on record', async () => {
    const consumerKey = await delivered(0);
    await database.query(
      `UPDATE events SET state = 'pending', attempts = 3, due_at = now() + interval '1 hour',
         settled_at = NULL WHERE consumer_key = $1`,
      [consumerKey],
    );
    const [waiting] = (await list(`consumerKey=${consumerKey}`)).items;
    const target = `/admin/events/${String(waiting?.['id'])}/replay`;
    const reply = await service.admin('POST', target);
    expect([reply.status, reply.json()]).toEqual([200, waiting]);
    const acts = await service.admin(
      'GET',
      `/admin/audit-events?target=event:${String(waiting?.['id'])}`,
    );
    expect(acts.json<Page>().items).toEqual([]);
  });

  it.each(['019cb2b5-0d4e-7c4a-9c1f-3f1f1d0a7a11', 'no-id', '%00'])(
    'an event that is not there is not replayed: %s',
    async (id) => {
      expect((await service.admin('POST', `/admin/events/${id}/replay`)).status).toBe(404);
    },
  );

  it('by the command, too', async () => {
    const consumerKey = await delivered(0);
    const env = { OAUTH10_URL: service.adminBase };
    const found = await runCommand(['events', 'list', '--consumer-key', consumerKey, '--json'], {
      env,
    });
    const [event] = (JSON.parse(found.stdout) as Page).items;
    const id = String(event?.['id']);
    const replayed = await runCommand(['events', 'replay', id], { env });
    expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining(id) as string });
    expect(await receiver.typesOf(consumerKey, 2)).toHaveLength(2);
  });
});
