import { TestBrowser } from '../support/browser.js';
import {
  startEventReceiver,
  type EventReceiver,
  type Received,
} from '../support/event-receiver.js';
import { send } from '../support/http.js';
import { startTestService, type TestConsumer } from '../support/service.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

describe('each change of a consumer or token is one event, delivered to EVENTS_URL', () => {
  let receiver: EventReceiver;
  const { service, database } = serviceForAllTests(async () => {
    receiver = await startEventReceiver();
    return receiver.env;
  });
  afterAll(async () => {
    await receiver?.stop();
    expect(receiver.unsigned).toEqual([]);
  });

  const patch = (consumer: TestConsumer, body: unknown) =>
    service.admin('PATCH', `/admin/consumers/${consumer.consumerKey}`, body);
  const last = (consumer: TestConsumer): Received => receiver.of(consumer.consumerKey).at(-1)!;

  it('of a consumer: registered, changed, disabled, deleted', async () => {
    const consumer = await service.registerConsumer({ name: 'Printer' });
    const { consumerKey } = consumer;
    const path = `/admin/consumers/${consumerKey}`;
    const replies = [
      await patch(consumer, { name: 'Printer 2', scopes: ['photos'] }),
      await service.admin('POST', `${path}/secret`, { overlapSeconds: 0 }),
      await service.admin('PUT', `${path}/weak-signatures`, { until: '2030-01-01T00:00:00Z' }),
      await patch(consumer, { status: 'disabled' }),
      await patch(consumer, { status: 'active' }),
      await service.admin('DELETE', path),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 204]);
    expect(await receiver.typesOf(consumerKey, 7)).toEqual([
      'consumer.registered',
      'consumer.changed',
      'consumer.changed',
      'consumer.changed',
      'consumer.disabled',
      'consumer.changed',
      'consumer.deleted',
    ]);
    expect(receiver.of(consumerKey).map(({ event }) => event.data)).toEqual([
      { consumerKey, name: 'Printer', status: 'active' },
      { consumerKey, name: 'Printer 2', status: 'active', changed: ['name', 'scopes'] },
      { consumerKey, name: 'Printer 2', status: 'active', changed: ['consumerSecret'] },
      { consumerKey, changed: ['weakSignaturesUntil'] },
      { consumerKey, name: 'Printer 2', status: 'disabled', changed: ['status'] },
      { consumerKey, name: 'Printer 2', status: 'active', changed: ['status'] },
      { consumerKey },
    ]);
  });

  it('of a token: exchanged, and revoked by its client', async () => {
    const consumer = await service.registerConsumer({ accessTokenTtlSeconds: 3600 });
    const { consumerKey } = consumer;
    const access = await service.accessToken(consumer, 'ann');
    const target = '/oauth/oauth10/revoke';
    const reply = await service.signed({ method: 'POST', target, ...consumer, ...access });
    expect(reply.status).toBe(204);
    expect(await receiver.typesOf(consumerKey, 3)).toEqual([
      'consumer.registered',
      'token.exchanged',
      'token.revoked',
    ]);
    const [, exchanged, revoked] = receiver.of(consumerKey);
    const { token } = access;
    const facts = { consumerKey, token, subject: 'ann', scopes: ['photos', 'profile'] };
    const shown = await service.admin('GET', `/admin/tokens/${token}`);
    const { expiresAt } = shown.json<{ expiresAt: string }>();
    expect(exchanged?.event.data).toEqual({ ...facts, expiresAt });
    expect(revoked?.event.data).toEqual({ ...facts, revokedBy: 'client' });
    expect(revoked?.event.subject).toBe(`token:${token}`);
  });

  it('of a token that staff made: issued, and revoked by its owner', async () => {
    const consumer = await service.registerConsumer();
    const { consumerKey } = consumer;
    const path = `/admin/consumers/${consumerKey}/tokens`;
    const reply = await service.admin('POST', path, { subject: 'bob', scopes: ['photos'] });
    const { token } = reply.json<{ token: string }>();
    const browser = new TestBrowser(service.publicBase);
    await browser.open('/oauth/auz/grants');
    await browser.press('Sign in', { filled: { 'User name': 'bob' } });
    await browser.press('Take back');
    expect(await receiver.typesOf(consumerKey, 3)).toEqual([
      'consumer.registered',
      'token.issued',
      'token.revoked',
    ]);
    const [, issued, revoked] = receiver.of(consumerKey).map(({ event }) => event.data);
    const facts = { consumerKey, token, subject: 'bob', scopes: ['photos'] };
    expect(issued).toEqual({ ...facts, expiresAt: null });
    expect(revoked).toEqual({ ...facts, revokedBy: 'owner' });
  });

  it('of each token that staff revoke, one and all', async () => {
    const consumer = await service.registerConsumer();
    const { consumerKey } = consumer;
    const tokens: string[] = [];
    for (const subject of ['a', 'b', 'c']) {
      tokens.push((await service.accessToken(consumer, subject)).token);
    }
    const [first = ''] = tokens;
    await service.admin('POST', `/admin/tokens/${first}/revoke`);
    await service.admin('POST', `/admin/tokens/${first}/revoke`); // changes nothing
    await service.admin('POST', '/admin/tokens/revoke', { consumerKey });
    const types = await receiver.typesOf(consumerKey, 7);
    expect(types.slice(4)).toEqual(['token.revoked', 'token.revoked', 'token.revoked']);
    const revoked = receiver.of(consumerKey).slice(4);
    expect(revoked.map(({ event }) => event.data['token']).sort()).toEqual(tokens.sort());
    expect(revoked.map(({ event }) => event.data['revokedBy'])).toEqual([
      'staff',
      'staff',
      'staff',
    ]);
  });

  it('as CloudEvents 1.0 has it, in its JSON format', async () => {
    const consumer = await service.registerConsumer();
    const { consumerKey } = consumer;
    const before = Date.now() - 60_000;
    await receiver.typesOf(consumerKey, 1);
    const { event, headers } = last(consumer);
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(event).toEqual({
      specversion: '1.0',
      id: headers['webhook-id'],
      source: 'https://auth.example.com',
      type: 'oauth10.consumer.registered',
      subject: `consumer:${consumerKey}`,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      partitionkey: consumerKey,
      datacontenttype: 'application/json',
      data: { consumerKey, name: 'Test consumer', status: 'active' },
    });
    expect(event.id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(Math.abs(Date.parse(event.time) - before)).toBeLessThan(600_000);
  });

  it('and nothing for what was refused, or taken back', async () => {
    const consumer = await service.registerConsumer();
    const { consumerKey } = consumer;
    const refused = [
      await patch(consumer, { status: 'asleep' }),
      await service.admin('POST', '/admin/consumers', { name: 'x', consumerKey }),
      await service.admin('POST', `/admin/consumers/${consumerKey}/tokens`, {
        subject: 'ann',
        scopes: ['nonesuch'],
      }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 409, 400]);
    const temporary = await service.initiate(consumer);
    await service.accept(temporary.token);
    const wrong = await service.exchange(consumer, temporary, 'wrong');
    expect(wrong.status).toBe(401);
    // The audit event fails after the change, in the same transaction, so the change is rolled back.
    await database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no'; END $$`);
    await database.query(`
      CREATE TRIGGER refuse BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const failed = await patch(consumer, { name: 'never' });
    await database.query('DROP TRIGGER refuse ON audit_events');
    expect(failed.status).toBe(500);
    await patch(consumer, { name: 'at last' });
    expect(await receiver.typesOf(consumerKey, 2)).toEqual([
      'consumer.registered',
      'consumer.changed',
    ]);
    const rows = await database.query('SELECT FROM events WHERE consumer_key = $1', [consumerKey]);
    expect(rows).toHaveLength(2);
  });

  it('without any secret', async () => {
    const consumer = await service.registerConsumer();
    const temporary = await service.initiate(consumer);
    const verifier = await service.accept(temporary.token);
    const reply = await service.exchange(consumer, temporary, verifier);
    const { oauth_token_secret: tokenSecret = '' } = reply.form();
    const rotated = await service.admin('POST', `/admin/consumers/${consumer.consumerKey}/secret`, {
      overlapSeconds: 0,
    });
    const { consumerSecret } = rotated.json<{ consumerSecret: string }>();
    await receiver.typesOf(consumer.consumerKey, 3);
    const all = receiver.received.map(({ body, headers }) => body + JSON.stringify(headers)).join();
    const secrets = [consumer.consumerSecret, consumerSecret, temporary.tokenSecret];
    for (const secret of [...secrets, tokenSecret, verifier, receiver.secret]) {
      expect(secret.length).toBeGreaterThan(5);
      expect(all).not.toContain(secret);
    }
    expect(all).toContain(consumer.consumerKey);
  });

  it('and none at all without EVENTS_URL', async () => {
    const silent = await startTestService(database.url);
    const { consumerKey } = await silent.registerConsumer();
    await silent.stop(0);
    const rows = await database.query('SELECT FROM events WHERE consumer_key = $1', [consumerKey]);
    expect(rows).toEqual([]);
  });

  it('and is counted', async () => {
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    expect(text).toMatch(/^oauth10_event_deliveries_total\{outcome="delivered"\} \d+$/m);
  });
});
