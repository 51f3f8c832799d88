import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';

describe('the endpoint that a request is counted under', () => {
  const { service } = serviceForAllTests();

  const metrics = async () => (await send({ base: service.adminBase, target: '/metrics' })).text;
  const count = async (endpoint: string, status: number) => {
    const sample = `oauth10_requests_total{endpoint="${endpoint}",status="${status}"} `;
    const line = (await metrics()).split('\n').find((one) => one.startsWith(sample));
    return Number(line?.slice(sample.length) ?? 0);
  };

  it.each([
    ['publicBase', '/oauth/oauth10/token', 'token', 401],
    ['publicBase', '/oauth/oauth10/token?oauth_token=x', 'token', 400],
    ['publicBase', '/oauth/oauth10/initiate#x?y=z', 'initiate', 401],
    ['publicBase', '/oauth/oauth10/tokens', 'other', 404],
    ['publicBase', '/oauth/oauth10/revoke', 'revoke', 405],
    ['publicBase', '/oauth/auz/authorize?oauth_token=x', 'authorize', 400],
    ['publicBase', '/oauth/oauth10/platform-token', 'platform-token', 404],
    ['publicBase', '/.well-known/jwks.json', 'well-known', 404],
    ['adminBase', '/introspect', 'introspect', 401],
    ['publicBase', '/oauth/auz/logo', 'pages', 404],
    ['publicBase', '/oauth/auz/whatever/there/is/not', 'pages', 404],
    ['publicBase', '/health/live', 'health', 200],
    ['publicBase', '/whatever/a/stranger/thinks/of', 'other', 404],
    ['adminBase', '/verify', 'verify', 401],
    ['adminBase', '/authz/nginx', 'authz/nginx', 403],
    ['adminBase', '/authz/ext-authz', 'authz/ext-authz', 403],
    ['adminBase', '/authz/ext-authz/photos%2F1?a=b', 'authz/ext-authz', 403],
    ['adminBase', '/authz/ext-authz/photos#1?a=b', 'authz/ext-authz', 403],
    ['adminBase', '/admin/consumers/key', 'admin', 401],
    ['adminBase', '/admin/consumers#all', 'admin', 401],
    ['adminBase', '/admin/consumers/%ff', 'admin', 401],
    ['adminBase', '/admin/there-is-no-such-thing', 'admin', 401],
    ['adminBase', '/docs/openapi.json', 'docs', 200],
    ['adminBase', '/console/consumers/whoever', 'console', 302],
    ['adminBase', '/health/ready', 'health', 200],
    ['adminBase', '/oauth/oauth10/token', 'other', 404],
  ] as const)('%s %s is %s (%i)', async (listener, target, endpoint, status) => {
    const before = await count(endpoint, status);
    expect((await send({ base: service[listener], target })).status).toBe(status);
    const now = await eventually(
      () => count(endpoint, status),
      (value) => value > before,
    );
    expect(now).toBe(before + 1);
  });

  it.each([
    ['publicBase', '/oauth/oauth10/echo#x?y=z', 'echo'],
    ['adminBase', '/authz/forward-auth#x', 'authz/forward-auth'],
  ] as const)('the verdict on %s %s is one of %s', async (listener, target, endpoint) => {
    const reply = await send({
      base: service[listener],
      target,
      headers: [
        ['X-Gateway-Key', ADMIN_API_KEY],
        ['X-Forwarded-Method', 'GET'],
        ['X-Forwarded-Uri', '/photos'],
      ],
    });
    expect(reply.status).toBe(401);
    const sample = new RegExp(`^oauth10_verdicts_total{endpoint="${endpoint}",.*} 1$`, 'm');
    expect(await eventually(metrics, (text) => sample.test(text))).toMatch(sample);
  });
});
