import { isOwnPath } from '../../src/config/endpoint-aliases.js';
import { readSettings } from '../../src/config/settings.js';
import { send } from '../support/http.js';
import { realRoutes } from '../support/real-routes.js';
import { databaseForAllTests } from '../support/service-for-all-tests.js';
import { startTestService, type TestService } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const ALIASES =
  '/oauth/request_token=initiate,/oauth/authorize=authorize,/oauth/access_token=token,/me=echo';

describe('addresses that clients were built with (contract section 15)', () => {
  const database = databaseForAllTests();
  let service: TestService | undefined;

  afterEach(async () => {
    await service?.stop(0);
    service = undefined;
  });

  const started = async (settings: Record<string, string>) =>
    (service = await startTestService(database.url, settings));

  it('serves the dance under further paths, signed for the path that was sent', async () => {
    const { publicBase, registerConsumer, admin } = await started({ ENDPOINT_ALIASES: ALIASES });
    const consumer = await registerConsumer({ callbackUrls: ['https://client.example/ready'] });
    const ask = async (path: string, input: object, wanted = 200) => {
      const signed = signRequest({ method: 'POST', url: publicBase + path, ...consumer, ...input });
      const reply = await send({ base: publicBase, ...signed });
      expect([path, reply.status]).toEqual([path, wanted]);
      return reply.form();
    };
    const temporary = await ask('/oauth/request_token', {
      callback: 'https://client.example/ready',
    });
    const page = await send({
      base: publicBase,
      target: `/oauth/authorize?oauth_token=${temporary['oauth_token']}`,
    });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('/oauth/auz/sign-in')]);
    const accepted = await admin(
      'POST',
      `/admin/authorization-requests/${temporary['oauth_token']}/accept`,
      { subject: 'jane' },
    );
    const credentials = {
      token: temporary['oauth_token'],
      tokenSecret: temporary['oauth_token_secret'],
      verifier: accepted.json().oauthVerifier,
    };
    const access = await ask('/oauth/access_token', credentials);
    const token = { token: access['oauth_token'], tokenSecret: access['oauth_token_secret'] };
    await ask('/me', token);
    // Signed for the service's own path, but sent to the alias.
    const url = `${publicBase}/oauth/oauth10/echo`;
    const { headers } = signRequest({ method: 'POST', url, ...consumer, ...token });
    const other = await send({ base: publicBase, method: 'POST', target: '/me', headers });
    expect(other.form()).toMatchObject({ oauth_problem: 'signature_invalid' });
    const metrics = await send({ base: service!.adminBase, target: '/metrics' });
    expect(metrics.text).toContain(`oauth10_requests_total{endpoint="echo",status="200"} 1`);
    expect((await send({ base: service!.adminBase, target: '/me' })).status).toBe(404);
  });

  it('signs for what a proxy took off the path, and leads browsers there', async () => {
    const { publicBase, registerConsumer } = await started({
      PUBLIC_URL: 'https://api.example.com/auth/',
    });
    const consumer = await registerConsumer({ twoLegged: true });
    const statusFor = async (url: string) => {
      const { headers } = signRequest({ method: 'GET', url, ...consumer });
      return (await send({ base: publicBase, target: '/oauth/oauth10/echo?a=1', headers })).status;
    };
    expect(await statusFor('https://api.example.com/auth/oauth/oauth10/echo?a=1')).toBe(200);
    expect(await statusFor('https://api.example.com/oauth/oauth10/echo?a=1')).toBe(401);
    const grants = await send({ base: publicBase, target: '/oauth/auz/grants' });
    expect(grants.text).toContain('action="/auth/oauth/auz/sign-in"');
    expect(grants.text).not.toMatch(/="\/oauth\/auz\//);
  });

  it('is told with all other faults of the settings', () => {
    const settings = { ENDPOINT_ALIASES: '/health/live=token', PORT: 'x' };
    expect(() => readSettings(settings)).toThrow(/PORT[^]*ENDPOINT_ALIASES hides/);
  });

  it('every path of the public listener is known as its own before there are routes', async () => {
    const paths = (await realRoutes(database.url))
      .filter(({ endpoint }) => endpoint.listener !== 'admin')
      .map(({ path }) => path)
      .filter((path) => path !== '/' && !path.startsWith('/{'));
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !isOwnPath(path))).toEqual([]);
  });

  it.each([
    ['/health/live=token', 'hides'],
    ['/oauth/oauth10/initiate=token', 'hides'],
    ['/oauth/auz/old=authorize', 'hides'],
    ['/a=token,/a=initiate', 'once'],
    ['a=token', 'must be a list'],
    ['/a/../b=token', 'must be a list'],
    ['/b%=token', 'must be a list'],
    ['/a=console', 'must lead to'],
  ])('%s stops the start', async (aliases, word) => {
    await expect(started({ ENDPOINT_ALIASES: aliases })).rejects.toThrow(
      new RegExp(`ENDPOINT_ALIASES.*${word}`),
    );
  });
});
