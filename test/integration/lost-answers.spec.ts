import { Client } from 'pg';
import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { eventually } from '../support/eventually.js';
import { send, type HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import {
  ADMIN_API_KEY,
  credentialsIn,
  startTestService,
  type TestConsumer,
  type TestCredentials,
  type TestService,
} from '../support/service.js';

interface Operation {
  readonly target: string;
  readonly body: unknown;
  readonly action: string;
}

describe('a change is made once under its Idempotency-Key, whatever became of the answer', () => {
  let proxy: DatabaseProxy;
  const { database, service } = serviceForAllTests(async ({ url }) => {
    proxy = await proxyTo(url);
    return { DATABASE_URL: proxy.url };
  });
  let consumer: TestConsumer;
  let temporary: TestCredentials;
  let keys = 0;
  let key = '';

  beforeEach(async () => {
    key = `key-${(keys += 1)}`;
    consumer = await service.registerConsumer();
    temporary = await service.initiate(consumer, 'http://client.example.com/ready');
    // The proxy recognizes a session by the statement text of its first audited change.
    await service.admin('PATCH', `/admin/consumers/${consumer.consumerKey}`, { name: 'Seen' });
  });
  afterEach(() => proxy.mend());
  afterAll(async () => {
    await proxy?.close();
  });

  const decision = (verb: string) => `/admin/authorization-requests/${temporary.token}/${verb}`;
  const ofConsumer = (what: string) => `/admin/consumers/${consumer.consumerKey}/${what}`;
  const mint = (): Operation => ({
    target: ofConsumer('tokens'),
    body: { subject: 'jane' },
    action: 'token.mint',
  });
  const accept = (): Operation => ({
    target: decision('accept'),
    body: { subject: 'jane' },
    action: 'authorization_request.accept',
  });
  const OPERATIONS: Record<string, () => Operation> = {
    register: () => ({
      target: '/admin/consumers',
      body: { name: 'Lost' },
      action: 'consumer.register',
    }),
    rotate: () => ({
      target: ofConsumer('secret'),
      body: { overlapSeconds: 60 },
      action: 'consumer.rotate-secret',
    }),
    mint,
    'create an API key': () => ({
      target: '/admin/api-keys',
      body: { name: 'Lost', role: 'auditor' },
      action: 'api_key.create',
    }),
    accept,
    reject: () => ({
      target: decision('reject'),
      body: { reason: 'Not mine' },
      action: 'authorization_request.reject',
    }),
  };

  const ask = ({ target, body }: Operation, at: TestService = service): Promise<HttpReply> =>
    send({
      base: at.adminBase,
      method: 'POST',
      target,
      headers: [
        ['Authorization', `Bearer ${ADMIN_API_KEY}`],
        ['Content-Type', 'application/json'],
        ['Idempotency-Key', key],
      ],
      body: JSON.stringify(body),
    });
  const codeOf = (reply: HttpReply) => [reply.status, reply.json<{ code?: string }>().code];
  const recorded = async ({ action }: Operation) => {
    const [row] = await database.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM audit_events WHERE action = $1',
      [action],
    );
    return row?.n ?? 0;
  };
  const untilServed = (operation: Operation) =>
    eventually(
      () => ask(operation),
      ({ status }) => status < 300,
      15_000,
    );
  const pastTheLease = () =>
    database.query("UPDATE idempotency_keys SET expires_at = expires_at - interval '1 minute'");

  it.each(Object.keys(OPERATIONS))(
    '%s: the answer to COMMIT is lost, and the retry is given the answer',
    async (name) => {
      const operation = OPERATIONS[name]!();
      const before = await recorded(operation);
      proxy.cutAtCommit('its own');
      const lost = await ask(operation);
      expect([...codeOf(lost), lost.headers['retry-after']]).toEqual([
        503,
        'store_unavailable',
        expect.stringMatching(/^\d+$/),
      ]);
      expect(Object.keys(lost.headers)).not.toEqual(expect.arrayContaining(['location']));
      expect(Object.keys(lost.headers)).not.toEqual(expect.arrayContaining(['etag']));
      const again = await ask(operation);
      expect(again.status).toBeLessThan(300);
      expect(await recorded(operation)).toBe(before + 1);
      const third = await ask(operation);
      expect([third.status, third.text]).toEqual([again.status, again.text]);
      for (const header of ['location', 'etag']) {
        expect([header, third.headers[header]]).toEqual([header, again.headers[header]]);
      }
      expect(await recorded(operation)).toBe(before + 1);
    },
  );

  it('accept: the verifier of the answer that was lost exchanges the credentials', async () => {
    proxy.cutAtCommit('its own');
    expect((await ask(accept())).status).toBe(503);
    const reply = (await ask(accept())).json<{
      redirectTo: string;
      oauthVerifier: string;
    }>();
    expect(new URL(reply.redirectTo).searchParams.get('oauth_verifier')).toBe(reply.oauthVerifier);
    credentialsIn(await service.exchange(consumer, temporary, reply.oauthVerifier));
  });

  it.each([
    ['mint', mint],
    ['accept', accept],
  ])('%s: the process dies after COMMIT; later another one gives the answer', async (_, make) => {
    const before = await recorded(make());
    const dying = await startTestService(database.url, { DATABASE_URL: proxy.url });
    const other = await startTestService(database.url);
    try {
      await dying.admin('PATCH', `/admin/consumers/${consumer.consumerKey}`, { name: 'Dying' });
      proxy.cutAtCommit('all');
      expect((await ask(make(), dying)).status).toBe(503);
      // The process does not reach its database again.
      await dying.stop(0);
      expect(await recorded(make())).toBe(before + 1);
      await pastTheLease();
      const again = await ask(make(), other);
      expect(again.status).toBeLessThan(300);
      expect((await ask(make(), other)).text).toBe(again.text);
      expect(await recorded(make())).toBe(before + 1);
    } finally {
      proxy.mend();
      await other.stop(0);
    }
  });

  describe('while the change waits', () => {
    let holder: Client;
    beforeEach(async () => {
      holder = new Client({ connectionString: database.url });
      await holder.connect();
      await holder.query('BEGIN');
    });
    afterEach(() => holder.end());

    /** Waits until this many mints wait for a lock. Statements that write usage figures may also wait. */
    const untilWaiting = (sessions: number) =>
      eventually(
        async () => {
          const [row] = await database.query<{ n: number }>(
            `SELECT count(*)::int AS n FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'
               AND query ~ 'access_tokens|audit_head'`,
          );
          return row?.n ?? 0;
        },
        (n) => n >= sessions,
        3_000,
      );

    it('a retry is told to wait; the answer is the first one', async () => {
      const before = await recorded(mint());
      await holder.query('SELECT FROM consumers FOR UPDATE');
      const first = ask(mint());
      expect(await untilWaiting(1)).toBe(1);
      const early = await ask(mint());
      expect([...codeOf(early), early.headers['retry-after']]).toEqual([
        409,
        'request_in_flight',
        '1',
      ]);
      await holder.query('COMMIT');
      const { status, text } = await first;
      expect(status).toBe(201);
      expect((await ask(mint())).text).toBe(text);
      expect(await recorded(mint())).toBe(before + 1);
    });

    it('it is cut off and taken back: the retry makes it', async () => {
      const before = await recorded(mint());
      await holder.query('SELECT FROM audit_head FOR UPDATE');
      const first = ask(mint());
      expect(await untilWaiting(1)).toBe(1);
      proxy.cut();
      expect((await first).status).toBe(503);
      proxy.mend();
      await holder.query('COMMIT');
      expect((await untilServed(mint())).status).toBe(201);
      expect(await recorded(mint())).toBe(before + 1);
    });

    it('another try takes the key over: one of both makes it, and both give one answer', async () => {
      const before = await recorded(mint());
      await holder.query('SELECT FROM consumers FOR UPDATE');
      const first = ask(mint());
      expect(await untilWaiting(1)).toBe(1);
      await pastTheLease();
      const second = ask(mint());
      await eventually(
        () =>
          database.query(
            'SELECT 1 FROM idempotency_keys WHERE answer IS NULL AND expires_at > now()',
          ),
        (rows) => rows.length === 1,
        1_000,
      );
      await holder.query('COMMIT');
      const replies = await Promise.all([first, second]);
      expect(await recorded(mint())).toBe(before + 1);
      expect(replies.map(codeOf)).toEqual([
        [201, undefined],
        [201, undefined],
      ]);
      expect(replies[0]?.text).toBe(replies[1]?.text);
    });

    it('a key that is lost takes none of those along that share the transaction', async () => {
      const before = await recorded(mint());
      await holder.query('SELECT FROM consumers FOR UPDATE');
      const [own, others] = [key, ['a', 'b', 'c']];
      const first = ask(mint());
      expect(await untilWaiting(1)).toBe(1);
      // These share the next transaction after that of the first.
      const later = others.map((name) => {
        key = `${own}-${name}`;
        return ask(mint());
      });
      await eventually(
        () => database.query('SELECT 1 FROM idempotency_keys WHERE answer IS NULL'),
        (rows) => rows.length === 4,
        1_000,
      );
      key = `${own}-b`;
      await database.query(
        `DELETE FROM idempotency_keys WHERE key_hash = sha256(convert_to($1, 'UTF8'))`,
        [key],
      );
      await holder.query('COMMIT');
      expect((await first).status).toBe(201);
      expect((await Promise.all(later)).map(codeOf)).toEqual([
        [201, undefined],
        [409, 'request_in_flight'],
        [201, undefined],
      ]);
      expect(await recorded(mint())).toBe(before + 3);
      expect((await ask(mint())).status).toBe(201);
    });
  });
});
