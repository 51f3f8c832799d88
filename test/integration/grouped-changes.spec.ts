import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { AuditVerifier } from '../../src/audit/audit-verifier.js';
import { RecordProofs } from '../../src/audit/record-proofs.js';
import { parseSecretKeys } from '../../src/config/secret-keys.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Transactions } from '../../src/database/transactions.js';
import { DerivedKeys } from '../../src/secrets/derived-keys.js';
import { SecretBox } from '../../src/secrets/secret-box.js';
import { tamper } from '../support/audit-record.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { SECRET_KEYS, type TestConsumer } from '../support/service.js';

const TOGETHER = 16;

describe('changes that come together share a transaction, and nothing else', () => {
  const { database, service, replica: anotherReplica } = serviceForAllTests();
  const replicas = [service, anotherReplica()] as const;
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ scopes: ['read', 'write'] });
  });

  const replica = (n: number) => replicas[n % 2]!;
  const many = <Result>(make: (n: number) => Promise<Result>, count = TOGETHER) =>
    Promise.all(Array.from({ length: count }, (_, n) => make(n)));
  const newRequests = async (count = TOGETHER) =>
    (await many((n) => replica(n).initiate(consumer), count)).map(({ token }) => token);
  const accept = (n: number, token: string, body: unknown = { subject: `owner-${n}` }) =>
    replica(n).admin('POST', `/admin/authorization-requests/${token}/accept`, body);
  const mint = (n: number, body: unknown, key = consumer.consumerKey) =>
    replica(n).admin('POST', `/admin/consumers/${key}/tokens`, body);
  const recorded = async (action: string) =>
    (
      await database.query<{ target: string }>(
        'SELECT target FROM audit_events WHERE action = $1 ORDER BY id',
        [action],
      )
    ).map(({ target }) => target);

  async function expectWhole(): Promise<void> {
    const options = dataSourceOptions({ databasePoolSize: 1 }, database.url);
    const dataSource = await new DataSource(options).initialize();
    const ring = parseSecretKeys(SECRET_KEYS);
    const proofs = new RecordProofs(new DerivedKeys(ring), new SecretBox(ring));
    const { faults } = await new AuditVerifier(new Transactions(dataSource), proofs).verify();
    await dataSource.destroy();
    expect(faults).toEqual([]);
  }

  it('of those that accept one request over two replicas exactly one does, and it is on record once', async () => {
    const [token = ''] = await newRequests(1);
    const before = (await recorded('authorization_request.accept')).length;
    const replies = await many((n) => accept(n, token));
    expect(replies.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array.from({ length: TOGETHER - 1 }, () => 409),
    ]);
    expect(await recorded('authorization_request.accept')).toHaveLength(before + 1);
    const winner = replies.findIndex(({ status }) => status === 200);
    const [row] = await database.query<{ subject: string }>(
      'SELECT subject FROM temporary_credentials WHERE token = $1',
      [token],
    );
    expect(row?.subject).toBe(`owner-${winner}`);
    await expectWhole();
  });

  it('each is decided, answered and recorded for itself, in few transactions', async () => {
    const tokens = await newRequests(2 * TOGETHER);
    const { runWithoutCatchUp: begin } = Transactions.prototype;
    // Delays each transaction, so that other changes arrive meanwhile on any machine.
    const transactions = jest
      .spyOn(Transactions.prototype, 'runWithoutCatchUp')
      .mockImplementation(async function (this: Transactions, ...values) {
        await sleep(300);
        return begin.apply(this, values);
      } as typeof begin);
    const replies = await many(
      (n) => accept(0, tokens[n]!, { subject: `owner-${n}` }),
      2 * TOGETHER,
    );
    expect(replies.map(({ status }) => status)).toEqual(tokens.map(() => 200));
    expect(transactions.mock.calls.length).toBeLessThan(2 * TOGETHER);
    transactions.mockRestore();
    const rows = await database.query<{ token: string; subject: string }>(
      'SELECT token, subject FROM temporary_credentials WHERE token = ANY ($1)',
      [tokens],
    );
    const subjects = new Map(rows.map(({ token, subject }) => [token, subject]));
    expect(tokens.map((token) => subjects.get(token))).toEqual(tokens.map((_, n) => `owner-${n}`));
    const events = new Set(await recorded('authorization_request.accept'));
    expect(tokens.every((token) => events.has(`authorization_request:${token}`))).toBe(true);
    await expectWhole();
  });

  it('one that is refused is no matter to its neighbours: accepted', async () => {
    const tokens = await newRequests(8);
    const [decided = '', wide = '', ...good] = tokens;
    await accept(0, decided);
    const replies = await Promise.all([
      accept(0, decided),
      accept(0, wide, { subject: 'jane', scopes: ['admin'] }),
      accept(0, 'unknown'),
      ...good.map((token, n) => accept(0, token, { subject: `owner-${n}` })),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([409, 400, 404, ...good.map(() => 200)]);
    await expectWhole();
  });

  it('one that is refused is no matter to its neighbours: minted', async () => {
    await mint(0, { subject: 'jane', token: 'taken', tokenSecret: 'a secret' });
    const before = (await recorded('token.mint')).length;
    const replies = await Promise.all([
      mint(0, { subject: 'jane', token: 'taken', tokenSecret: 'another' }),
      mint(0, { subject: 'jane', scopes: ['admin'] }),
      mint(0, { subject: 'jane' }, 'unknown'),
      mint(0, { subject: 'jane', token: 'twice', tokenSecret: 'one' }),
      mint(0, { subject: 'jane', token: 'twice', tokenSecret: 'two' }),
      ...Array.from({ length: 6 }, (_, n) => mint(0, { subject: `owner-${n}` })),
    ]);
    const statuses = replies.map(({ status }) => status);
    expect(statuses.slice(0, 3)).toEqual([409, 400, 404]);
    // Each request has its own connection, so either may arrive first.
    expect(statuses.slice(3, 5).sort()).toEqual([201, 409]);
    expect(statuses.slice(5)).toEqual(Array.from({ length: 6 }, () => 201));
    expect(await recorded('token.mint')).toHaveLength(before + 7);
    const minted = replies
      .slice(5)
      .map((reply) => reply.json<{ token: string; subject: string }>());
    expect(minted.map(({ subject }) => subject)).toEqual(minted.map((_, n) => `owner-${n}`));
    await expectWhole();
  });

  it('one that the database refuses by an error takes nobody along', async () => {
    await database.query(
      `ALTER TABLE access_tokens ADD CONSTRAINT no_villain CHECK (subject <> 'villain')`,
    );
    const before = (await recorded('token.mint')).length;
    const replies = await many((n) => mint(0, { subject: n === 3 ? 'villain' : `owner-${n}` }));
    await database.query('ALTER TABLE access_tokens DROP CONSTRAINT no_villain');
    expect(replies.map(({ status }) => status)).toEqual(
      replies.map((_, n) => (n === 3 ? 500 : 201)),
    );
    expect(await recorded('token.mint')).toHaveLength(before + TOGETHER - 1);
    const minted = replies.filter(({ status }) => status === 201);
    const tokens = minted.map((reply) => reply.json<{ token: string }>().token);
    const targets = tokens.map((token) => `token:${token}`);
    expect(await recorded('token.mint')).toEqual(expect.arrayContaining(targets));
    await expectWhole();
  });

  it('a token is not made for a consumer that changed after it was read', async () => {
    const other = await replica(0).registerConsumer({ scopes: ['read'] });
    const path = `/admin/consumers/${other.consumerKey}`;
    const changed = many(async (n) => {
      if (n === 4) return replica(1).admin('PATCH', path, { scopes: ['write'] });
      return mint(n, { subject: 'jane' }, other.consumerKey);
    });
    const replies = await changed;
    expect(replies.map(({ status }) => status)).toEqual(
      replies.map((_, n) => (n === 4 ? 200 : 201)),
    );
    // Tokens recorded after the change have the consumer's new scopes.
    const rows = await database.query<{ scopes: string[]; isLater: boolean }>(
      `SELECT t.scopes, e.id > (SELECT id FROM audit_events
         WHERE action = 'consumer.change' AND target = $2) AS "isLater"
       FROM access_tokens t JOIN audit_events e ON e.target = 'token:' || t.token
       WHERE t.consumer_key = $1 AND e.action = 'token.mint'`,
      [other.consumerKey, `consumer:${other.consumerKey}`],
    );
    expect(rows).toHaveLength(TOGETHER - 1);
    for (const { scopes, isLater } of rows) expect(scopes).toEqual([isLater ? 'write' : 'read']);
  });

  it('where the record is not ours, none takes place', async () => {
    const tokens = await newRequests(4);
    await database.query('CREATE TABLE kept AS SELECT last_hash FROM audit_head');
    await tamper(database, 'UPDATE audit_head SET last_hash = reverse(last_hash)');
    const replies = await Promise.all(tokens.map((token, n) => accept(n, token)));
    expect(replies.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    await tamper(database, 'UPDATE audit_head SET last_hash = (SELECT last_hash FROM kept)');
    const rows = await database.query(
      'SELECT 1 FROM temporary_credentials WHERE token = ANY ($1) AND decision IS NOT NULL',
      [tokens],
    );
    expect(rows).toEqual([]);
    await expectWhole();
  });
});
