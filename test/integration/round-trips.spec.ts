import { setTimeout as sleep } from 'node:timers/promises';
import { Statements } from '../../src/database/statements.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { startTestService, type TestConsumer } from '../support/service.js';
import { BESIDE_REQUESTS } from '../support/statements-beside.js';

describe('what a signed request costs in round trips to PostgreSQL', () => {
  const { database, service } = serviceForAllTests();
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await service.registerConsumer();
  });
  afterAll(() => jest.restoreAllMocks());

  /** The names of the statements that the work sends to PostgreSQL. */
  async function statementsOf(work: () => Promise<{ status: number }>): Promise<string[]> {
    const run = jest.spyOn(Statements.prototype, 'run');
    const { status } = await work();
    const names = run.mock.calls
      .map(([{ name }]) => name)
      .filter((name) => !BESIDE_REQUESTS.test(name));
    run.mockRestore();
    expect(status).toBe(200);
    return names;
  }

  const echo = async () => {
    const access = await service.accessToken(consumer);
    return () =>
      service.signed({ method: 'GET', target: '/oauth/oauth10/echo', ...consumer, ...access });
  };

  /** Repeats the work until the cache is in use, which needs the change feed. */
  async function untilRemembered(work: () => Promise<{ status: number }>): Promise<string[]> {
    for (let attempt = 0; ; attempt += 1) {
      const names = await statementsOf(work);
      if (names.length === 1 || attempt === 100) return names;
      await sleep(50);
    }
  }

  it('a protected resource: one write, once its consumer and token are known', async () => {
    expect(await untilRemembered(await echo())).toEqual(['claim-nonces']);
  });

  it('a token that is new here: one read, one write', async () => {
    await untilRemembered(await echo());
    expect(await statementsOf(await echo())).toEqual(['find-access-tokens', 'claim-nonces']);
  });

  it('an exchange: one read, one write', async () => {
    await untilRemembered(await echo());
    const temporary = await service.initiate(consumer);
    const verifier = await service.accept(temporary.token);
    expect(await statementsOf(() => service.exchange(consumer, temporary, verifier))).toEqual([
      'find-temporary-credentials',
      'exchange-temporary-credentials',
    ]);
  });

  it('a consumer that is new here: two reads side by side', async () => {
    const access = await service.accessToken(consumer);
    const other = await startTestService(database.url);
    try {
      const target = '/oauth/oauth10/echo';
      const names = await statementsOf(() =>
        other.signed({ method: 'GET', target, ...consumer, ...access }),
      );
      expect(names).toEqual(['find-consumers', 'find-access-tokens', 'claim-nonces']);
    } finally {
      await other.stop(0);
    }
  });
});
