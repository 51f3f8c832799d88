import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Statements } from '../../src/database/statements.js';
import { Metrics } from '../../src/metrics/metrics.js';
import type { NonceClaim } from '../../src/nonces/nonce-claim.js';
import { DatabaseNonces } from '../../src/nonces/database-nonces.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  credentialsIn,
  sendSigned,
  startTestService,
  type TestConsumer,
  type TestService,
} from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

let database: TestDatabase;

/** Observes statements of this kind and delays each, so that others arrive meanwhile on any machine. */
function holdUp(kind: string) {
  const { run } = Statements.prototype;
  return jest.spyOn(Statements.prototype, 'run').mockImplementation(async function (
    this: Statements,
    statement,
    ...values
  ) {
    if (statement.name.startsWith(kind)) await sleep(300);
    return run.call(this, statement, ...values);
  } as typeof run);
}

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  jest.restoreAllMocks();
  await database.drop();
});

describe('nonces claimed together (RFC 5849 §3.3)', () => {
  let dataSource: DataSource;
  let nonces: DatabaseNonces;
  let statements: Statements;
  const claim = (nonce: string, consumerKey = 'consumer'): NonceClaim => ({
    consumerKey,
    timestamp: 1_700_000_000,
    digest: createHash('sha256').update(nonce).digest(),
  });

  beforeAll(async () => {
    dataSource = await new DataSource(
      dataSourceOptions({ databasePoolSize: 4 }, database.url),
    ).initialize();
    statements = new Statements(dataSource);
    nonces = new DatabaseNonces(statements, new Metrics());
  });
  afterAll(() => dataSource.destroy());

  it('go out as a few statements, and of the same nonce one wins', async () => {
    const run = jest.spyOn(statements, 'run');
    const outcomes = await Promise.all(
      Array.from({ length: 90 }, (_, n) => nonces.claim(claim(`shared ${n % 30}`))),
    );
    for (let n = 0; n < 30; n += 1) {
      const ofOneNonce = [outcomes[n], outcomes[n + 30], outcomes[n + 60]];
      expect(ofOneNonce.filter((outcome) => outcome === 'new')).toHaveLength(1);
    }
    expect(run.mock.calls.length).toBeLessThanOrEqual(3);
    run.mockRestore();
  });

  it('one that the database refuses fails alone', async () => {
    const outcomes = await Promise.allSettled([
      nonces.claim(claim('left')),
      nonces.claim(claim('bad', 'no\0text')),
      nonces.claim(claim('right')),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled', value: 'new' },
      { status: 'rejected', reason: { code: '22021' } },
      { status: 'fulfilled', value: 'new' },
    ]);
  });

  it('differ by timestamp, consumer or digest, and then all win', async () => {
    const one = claim('different');
    const claims = [one, { ...one, timestamp: 1_700_000_001 }, { ...one, consumerKey: 'other' }];
    expect(await Promise.all(claims.map((each) => nonces.claim(each)))).toEqual([
      'new',
      'new',
      'new',
    ]);
  });
});

describe('exchanges sent together (RFC 5849 §2.3)', () => {
  let service: TestService;
  let consumer: TestConsumer;

  beforeAll(async () => {
    service = await startTestService(database.url);
    consumer = await service.registerConsumer();
  });
  afterAll(() => service.stop(0));

  it('each end as they would alone', async () => {
    const owned = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const temporary = await service.initiate(consumer);
        return { temporary, verifier: await service.accept(temporary.token) };
      }),
    );
    const undecided = await service.initiate(consumer);
    const run = holdUp('exchange-');
    const replies = await Promise.all([
      ...owned.flatMap(({ temporary, verifier }) => [
        service.exchange(consumer, temporary, verifier),
        service.exchange(consumer, temporary, verifier),
        service.exchange(consumer, temporary, 'a guess'),
      ]),
      service.exchange(consumer, undecided, 'x'),
    ]);
    const exchanges = run.mock.calls.filter(([{ name }]) => name.startsWith('exchange-'));
    run.mockRestore();
    expect(exchanges.length).toBeLessThan(replies.length);
    const codes = replies.map((reply) =>
      reply.status === 200 ? 'issued' : reply.form()['oauth_problem'],
    );
    const tally = (code: string) => codes.filter((one) => one === code).length;
    expect(tally('issued')).toBe(12);
    expect(tally('permission_unknown')).toBe(1);
    expect(tally('token_used') + tally('verifier_invalid')).toBe(24);
    const [counted] = await database.query<{ tokens: number; fathers: number }>(
      'SELECT count(*)::int AS tokens, count(DISTINCT temporary_token)::int AS fathers FROM access_tokens',
    );
    expect(counted).toEqual({ tokens: 12, fathers: 12 });
  });
});

describe('initiations sent together (RFC 5849 §2.1)', () => {
  let service: TestService;
  let consumer: TestConsumer;

  beforeAll(async () => {
    service = await startTestService(database.url);
    consumer = await service.registerConsumer();
  });
  afterAll(() => service.stop(0));

  const signed = (by: TestConsumer, options: { callback?: string; scope?: string } = {}) => {
    const { callback = 'oob', scope } = options;
    const target = `/oauth/oauth10/initiate${scope === undefined ? '' : `?scope=${scope}`}`;
    return signRequest({ method: 'POST', url: service.publicBase + target, ...by, callback });
  };

  it('share statements, each with its own callback and scopes; of one request sent thrice one wins', async () => {
    const callback = 'http://client.example.com/ready';
    const requests = Array.from({ length: 12 }, (_, n) =>
      signed(consumer, n % 2 ? { callback, scope: 'photos' } : {}),
    );
    const run = holdUp('issue-temporary-credentials');
    const replies = await Promise.all(
      requests.flatMap((one) => [one, one, one]).map((one) => sendSigned(one)),
    );
    const issues = run.mock.calls.filter(([{ name }]) => name === 'issue-temporary-credentials');
    run.mockRestore();
    expect(issues.length).toBeLessThan(replies.length);
    for (const [n] of requests.entries()) {
      const ofOne = replies.slice(3 * n, 3 * n + 3);
      const [issued, ...others] = ofOne.filter(({ status }) => status === 200);
      expect(others).toEqual([]);
      expect(ofOne.filter((reply) => reply.form()['oauth_problem'] === 'nonce_used')).toHaveLength(
        2,
      );
      const [row] = await database.query<{ callback: string; scopes: string[] }>(
        'SELECT callback, scopes FROM temporary_credentials WHERE token = $1',
        [credentialsIn(issued!).token],
      );
      expect(row).toEqual(
        n % 2
          ? { callback, scopes: ['photos'] }
          : { callback: 'oob', scopes: ['photos', 'profile'] },
      );
    }
  });

  it('a consumer that is deleted meanwhile takes nobody along', async () => {
    const gone = await service.registerConsumer();
    await service.initiate(gone);
    // Deleted without a notification, so the service still has it in its cache.
    await database.query('ALTER TABLE consumers DISABLE TRIGGER USER');
    await database.query('DELETE FROM consumers WHERE consumer_key = $1', [gone.consumerKey]);
    await database.query('ALTER TABLE consumers ENABLE TRIGGER USER');
    const replies = await Promise.all([
      sendSigned(signed(consumer)),
      sendSigned(signed(gone)),
      sendSigned(signed(consumer)),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([200, 401, 200]);
    expect(replies[1]!.form()['oauth_problem']).toBe('consumer_key_unknown');
  });
});
