import { startEventReceiver, type EventReceiver } from '../support/event-receiver.js';
import { eventually } from '../support/eventually.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { keyOf, linkOn, signedInStaff } from '../support/staff.js';

describe('the console: events', () => {
  let receiver: EventReceiver;
  const { service, database } = serviceForAllTests(async () => {
    receiver = await startEventReceiver();
    return receiver.env;
  });
  afterAll(() => receiver?.stop());

  const stateOf = async (consumerKey: string) =>
    (
      await database.query<{ state: string }>(
        'SELECT state FROM events WHERE consumer_key = $1 ORDER BY position',
        [consumerKey],
      )
    ).map(({ state }) => state);
  const delivered = (consumerKey: string) =>
    eventually(
      () => stateOf(consumerKey),
      (states) => states.every((state) => state === 'delivered'),
    );
  const bury = (consumerKey: string) =>
    database.query(
      `UPDATE events SET state = 'dead', attempts = 10, last_error = 'answered 410'
       WHERE consumer_key = $1`,
      [consumerKey],
    );

  it('shows them newest first, in pages, by state, type and consumer', async () => {
    const { consumerKey } = await service.registerConsumer();
    await service.admin('PATCH', `/admin/consumers/${consumerKey}`, { name: 'Renamed' });
    await delivered(consumerKey);
    const browser = await signedInStaff(service, {
      target: `/console/events?state=delivered&type=&consumerKey=${consumerKey}&limit=1`,
    });
    expect(browser.title).toContain('Events');
    expect(browser.text).toMatch(/oauth10\.consumer\.changed[^]*delivered/);
    expect(browser.page.text).toContain(`href="/console/consumers/${consumerKey}"`);
    await browser.open(linkOn(browser, 'Next page'));
    expect(browser.page.text).toContain('<code>oauth10.consumer.registered</code>');
    expect(browser.page.text).not.toContain('<code>oauth10.consumer.changed</code>');
    await browser.open(`/console/events?state=dead&consumerKey=${consumerKey}`);
    expect(browser.text).toContain('There is no event that fits.');
    expect((await browser.open('/console/events?state=asleep')).status).toBe(400);
    expect((await browser.open('/console/events?cursor=x')).status).toBe(400);
    expect(linkOn(browser, 'Events')).toBe('/console/events');
  });

  it('a dead letter tells why, and Replay has it delivered under its id, on record', async () => {
    const { consumerKey } = await service.registerConsumer();
    await delivered(consumerKey);
    await bury(consumerKey);
    const list = `/console/events?consumerKey=${consumerKey}`;
    const browser = await signedInStaff(service, { target: list });
    expect(browser.text).toMatch(/dead letter[^]*10[^]*answered 410/);
    await browser.open(linkOn(browser, 'Replay'));
    expect(browser.text).toContain('answered 410');
    await browser.press('Replay');
    expect(browser.text).toContain('The event waits for its delivery.');
    await receiver.typesOf(consumerKey, 2);
    const [first, second] = receiver.of(consumerKey).map(({ event }) => event.id);
    expect(second).toBe(first);
    const acts = await service.admin('GET', `/admin/audit-events?target=event:${first}`);
    expect(acts.json()).toMatchObject({ items: [{ action: 'event.replay' }] });
    await browser.open(`/console/audit-events?target=event:${first}`);
    await browser.open(linkOn(browser, `event:${first}`));
    expect(browser.title).toContain('Event');
  });

  it('an auditor sees the same, and no button', async () => {
    const { consumerKey } = await service.registerConsumer();
    await delivered(consumerKey);
    await bury(consumerKey);
    const { key } = await keyOf(service, 'auditor');
    const target = `/console/events?consumerKey=${consumerKey}`;
    const browser = await signedInStaff(service, { key, target });
    expect(browser.text).toContain('answered 410');
    expect(browser.text).not.toContain('Replay');
    const [row] = await database.query<{ id: string }>(
      'SELECT id FROM events WHERE consumer_key = $1',
      [consumerKey],
    );
    expect((await browser.open(`/console/events/${row?.id}`)).status).toBe(200);
    expect(browser.text).toContain('answered 410');
    expect(browser.text).not.toContain('Replay');
  });

  it.each(['019cb2b5-0d4e-7c4a-9c1f-3f1f1d0a7a11', 'no-id', '%00'])(
    'an event that is not there has no page: %s',
    async (id) => {
      const browser = await signedInStaff(service);
      expect((await browser.open(`/console/events/${id}`)).status).toBe(404);
    },
  );
});
