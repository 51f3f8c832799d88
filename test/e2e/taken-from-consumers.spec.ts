import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';
import { file, token as tokenLine } from '../support/transfer-lines.js';

const CALLBACK = 'http://client.example.com/ready';
const LOOPBACK = 'http://127.0.0.1:8000/cb';

describe('contract section 17: what staff take from a consumer', () => {
  const { service } = serviceForAllTests();

  const change = async (consumerKey: string, changes: object) => {
    const reply = await service.admin('PATCH', `/admin/consumers/${consumerKey}`, changes);
    expect(reply.status).toBe(200);
  };
  const accept = (token: string, scopes?: string[]) =>
    service.admin('POST', `/admin/authorization-requests/${token}/accept`, {
      subject: 'jane',
      ...(scopes && { scopes }),
    });

  it('scopes: no verdict tells them, and they come back with the consumer’s', async () => {
    const consumer = await service.registerConsumer();
    const access = await service.accessToken(consumer);
    const told = async () => {
      const echo = await service.signed({
        method: 'GET',
        target: '/oauth/oauth10/echo',
        ...consumer,
        ...access,
      });
      const sign = () =>
        signRequest({ method: 'GET', url: 'http://api.example.com/', ...consumer, ...access });
      const { method, url, headers } = sign();
      const report = { method, url, headers: Object.fromEntries(headers) };
      const verdict = await service.admin('POST', '/verify', report);
      const authz = await send({
        base: service.adminBase,
        target: '/authz/forward-auth',
        headers: [
          ['X-Gateway-Key', ADMIN_API_KEY],
          ['X-Forwarded-Method', 'GET'],
          ['X-Forwarded-Host', 'api.example.com'],
          ['X-Forwarded-Uri', '/'],
          ...sign().headers,
        ],
      });
      const inHeader = decodeURIComponent(String(authz.headers['x-oauth-scope']));
      return [echo.json().scopes, verdict.json().scopes, inHeader];
    };
    const all = ['photos', 'profile'];
    expect(await told()).toEqual([all, all, 'photos profile']);
    await change(consumer.consumerKey, { scopes: ['profile'] });
    expect(await told()).toEqual([['profile'], ['profile'], 'profile']);
    await change(consumer.consumerKey, { scopes: [] });
    expect(await told()).toEqual([[], [], '']);
    await change(consumer.consumerKey, { scopes: ['profile', 'photos'] });
    expect(await told()).toEqual([all, all, 'photos profile']);
  });

  it('scopes that it lost while the owner decided are not granted', async () => {
    const consumer = await service.registerConsumer();
    const temporary = await service.initiate(consumer);
    await change(consumer.consumerKey, { scopes: ['profile'] });
    expect((await accept(temporary.token, ['photos', 'other'])).status).toBe(400);
    const accepted = await accept(temporary.token, ['photos', 'profile']);
    expect(accepted.status).toBe(200);
    const { oauthVerifier } = accepted.json<{ oauthVerifier: string }>();
    await change(consumer.consumerKey, { scopes: ['photos', 'profile'] });
    const { oauth_token: token } = (
      await service.exchange(consumer, temporary, oauthVerifier)
    ).form();
    expect((await service.admin('GET', `/admin/tokens/${token}`)).json()).toMatchObject({
      scopes: ['profile'],
    });
  });

  it.each([CALLBACK, 'http://127.0.0.1:9000/cb'])(
    'the callback %s: accepted no more, on no way, and no verifier leaves',
    async (callback) => {
      const consumer = await service.registerConsumer({ callbackUrls: [CALLBACK, LOOPBACK] });
      const { token } = await service.initiate(consumer, callback);
      const other = await service.initiate(consumer, callback);
      await change(consumer.consumerKey, { callbackUrls: ['https://elsewhere.example/'] });
      const refused = await accept(token);
      expect([refused.status, refused.json().code]).toEqual([409, 'callback_not_registered']);
      const page = `/oauth/auz/authorize?oauth_token=${token}`;
      expect((await send({ base: service.publicBase, target: page })).status).toBe(400);
      const rejected = `/admin/authorization-requests/${other.token}/reject`;
      const reply = await service.admin('POST', rejected, {});
      expect([reply.status, reply.json()]).toEqual([200, { redirectTo: null }]);
      // Once registered again, the callback works as before.
      await change(consumer.consumerKey, { callbackUrls: [CALLBACK, LOOPBACK] });
      expect((await accept(token)).status).toBe(200);
    },
  );

  it('oob needs no registered callback', async () => {
    const consumer = await service.registerConsumer({ callbackUrls: [CALLBACK] });
    const { token } = await service.initiate(consumer);
    await change(consumer.consumerKey, { callbackUrls: [] });
    expect((await accept(token)).status).toBe(200);
  });

  it('an import checks the scopes of tokens as minting does, and an export brings no others', async () => {
    const { consumerKey } = await service.registerConsumer({ scopes: ['photos'] });
    const line = (token: string, scopes: string[]) => tokenLine({ token, consumerKey, scopes });
    const within = line('within', ['photos']);
    const beyond = file(within, line('beyond', ['photos', 'admin']));
    const refused = await service.adminFile('/admin/import', beyond);
    expect([refused.status, refused.json().errors]).toEqual([
      409,
      [{ pointer: '/2/scopes', detail: expect.stringMatching(/\w/) }],
    ]);
    expect((await service.adminFile('/admin/import', file(within))).status).toBe(200);
    await change(consumerKey, { scopes: [] });
    const exported = (await service.admin('GET', '/admin/export')).text;
    const shown = exported.split('\n').find((text) => text.includes('"within"'));
    expect(JSON.parse(shown ?? '{}')).toMatchObject({ token: 'within', scopes: [] });
  });
});
