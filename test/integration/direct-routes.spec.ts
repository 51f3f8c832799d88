import { DirectVerdicts } from '../../src/gateway/direct-verdicts.js';
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

describe('the direct way to verdicts for gateways', () => {
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

  /** Without a key, which the declared guard has to miss wherever the request goes. */
  async function asked(target: string, method = 'GET') {
    const serve = jest.spyOn(DirectVerdicts.prototype, 'serve');
    const { status } = await send({ base: service.adminBase, target, method });
    const [result] = serve.mock.results;
    serve.mockRestore();
    return { isDirect: result?.value as boolean | undefined, status };
  }

  it.each([
    ['POST', '/verify', 401],
    ['GET', '/verify?a=b', 401],
    ['GET', '/authz/nginx', 403],
    ['PUT', '/authz/forward-auth', 403],
    ['GET', '/authz/ext-authz', 403],
    ['GET', '/authz/ext-authz?a=b', 403],
    ['DELETE', '/authz/ext-authz/photos%2F1/%ff', 403],
  ])('%s %s goes it, and is refused without a key', async (method, target, status) => {
    expect(await asked(target, method)).toEqual({ isDirect: true, status });
  });

  it.each(['/verify/', '/authz/Nginx', '/authz/nginx/', '/authz/ext-authzs', '/health/live'])(
    '%s does not',
    async (target) => {
      expect((await asked(target)).isDirect).toBe(false);
    },
  );
});
