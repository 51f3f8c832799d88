import { endpointOf, routeOf } from './request-observer.js';

describe('the endpoint that a request is counted under', () => {
  it.each([
    ['/oauth/oauth10/token', 'token'],
    ['/oauth/oauth10/token?oauth_token=x', 'token'],
    ['/oauth/oauth10/tokens', 'other'],
    ['/verify', 'verify'],
    ['/authz/nginx', 'authz/nginx'],
    ['/authz/ext-authz', 'authz/ext-authz'],
    ['/authz/ext-authz/photos%2F1?a=b', 'authz/ext-authz'],
    ['/oauth/auz/authorize?oauth_token=x', 'authorize'],
    ['/oauth/auz/grants', 'pages'],
    ['/admin/consumers/key', 'admin'],
    ['/health/live', 'health'],
    ['/metrics', 'metrics'],
    ['/whatever/a/stranger/thinks/of', 'other'],
    ['', 'other'],
  ])('%s is %s', (target, endpoint) => {
    expect(endpointOf(target)).toBe(endpoint);
    // A signed endpoint's route is its path; others stand for several.
    const route = routeOf(endpointOf(target)) ?? '';
    expect(target.startsWith(route.replace(/[/][*]$/, ''))).toBe(true);
  });
});
