import { DirectRoutes } from '../../src/oauth10/direct-routes.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { send } from '../support/http.js';
import { startTestService, type TestService } from '../support/service.js';

describe('the direct way to the signed endpoints', () => {
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await service.stop(0);
    await database.drop();
  });

  /** Whether the request was answered without Express. */
  async function isDirect(target: string): Promise<boolean | undefined> {
    const serve = jest.spyOn(DirectRoutes.prototype, 'serve');
    await send({ base: service.publicBase, target });
    const [result] = serve.mock.results;
    serve.mockRestore();
    return result?.value as boolean | undefined;
  }

  it.each(['initiate', 'token', 'revoke', 'echo', 'echo?size=original'])(
    '%s goes it',
    async (path) => {
      expect(await isDirect(`/oauth/oauth10/${path}`)).toBe(true);
    },
  );

  it.each(['/oauth/oauth10/echo/', '/oauth/oauth10/Echo', '/oauth/oauth10/%65cho', '/health/live'])(
    '%s does not',
    async (target) => {
      expect(await isDirect(target)).toBe(false);
    },
  );
});
