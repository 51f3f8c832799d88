import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

describe('contract section 1: a path that nothing serves', () => {
  const { service } = serviceForAllTests();

  it.each([
    ['publicBase', 'GET', '/', 404],
    ['publicBase', 'GET', '/oauth/oauth10/', 404],
    ['publicBase', 'POST', '/oauth/oauth10/nothing-here', 404],
    ['publicBase', 'GET', '/oauth/oauth10/token/', 404],
    ['publicBase', 'GET', '/OAUTH/OAUTH10/token', 404],
    ['publicBase', 'GET', '/oauth/oauth10/%74oken%00', 404],
    ['publicBase', 'GET', '/oauth/oauth10/%ff', 404],
    ['publicBase', 'GET', '/oauth/auz/nothing-here', 404],
    ['publicBase', 'GET', '/health/nothing-here', 404],
    ['publicBase', 'POST', '/health/live', 404],
    ['adminBase', 'GET', '/authz/', 404],
    ['adminBase', 'GET', '/authz/nothing-here', 404],
    ['adminBase', 'GET', '/authz/nginx/nothing-here', 404],
    ['adminBase', 'GET', '/authz/%ff', 404],
    ['adminBase', 'GET', '/verify/', 404],
    ['adminBase', 'GET', '/health/nothing-here', 404],
    ['adminBase', 'POST', '/metrics', 404],
    ['adminBase', 'GET', '/docs/nothing-here', 404],
    ['adminBase', 'GET', '/oauth/oauth10/token', 404],
  ] as const)('%s %s %s: %i, not stored, and nothing of it repeated', async (...row) => {
    const [listener, method, target, status] = row;
    const reply = await send({ base: service[listener], method, target });
    expect([reply.status, reply.headers['cache-control']]).toEqual([status, 'no-store']);
    expect(reply.text).not.toMatch(/nothing-here|Cannot|statusCode/);
  });
});
