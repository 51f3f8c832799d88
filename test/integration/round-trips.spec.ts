import { Statements } from '../../src/database/statements.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestConsumer, type TestService } from '../support/service.js';

describe('what a signed request costs in round trips to PostgreSQL', () => {
  let database: TestDatabase;
  let service: TestService;
  let consumer: TestConsumer;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    consumer = await service.registerConsumer();
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await service.stop(0);
    await database.drop();
  });

  /** The names of the statements that the work sends; they still go to PostgreSQL. */
  async function statementsOf(work: () => Promise<{ status: number }>): Promise<string[]> {
    const run = jest.spyOn(Statements.prototype, 'run');
    const { status } = await work();
    const names = run.mock.calls
      .map(([{ name }]) => name)
      .filter((name) => !name.includes('clock'));
    run.mockRestore();
    expect(status).toBe(200);
    return names;
  }

  it('an exchange: one read, one write', async () => {
    const temporary = await service.initiate(consumer);
    const verifier = await service.accept(temporary.token);
    expect(await statementsOf(() => service.exchange(consumer, temporary, verifier))).toEqual([
      'find-consumers',
      'find-temporary-credentials',
      'exchange-temporary-credentials',
    ]);
  });

  it('a protected resource: one read, one write', async () => {
    const access = await service.accessToken(consumer);
    const target = '/oauth/oauth10/echo';
    expect(
      await statementsOf(() => service.signed({ method: 'GET', target, ...consumer, ...access })),
    ).toEqual(['find-consumers', 'find-access-tokens', 'claim-nonces']);
  });
});
