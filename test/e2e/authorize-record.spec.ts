import { TestBrowser } from '../support/browser.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';

interface Event {
  readonly id: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: Record<string, unknown>;
}

describe('contract section 6: what owners do is on the record', () => {
  const { service } = serviceForAllTests();
  let consumer: TestConsumer;
  let browser: TestBrowser;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ scopes: ['photos'] });
    browser = new TestBrowser(service.publicBase);
  });

  const events = async (query: string) =>
    (await service.admin('GET', `/admin/audit-events?${query}`)).json<{ items: Event[] }>().items;
  const by = { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), address: '127.0.0.1' };

  it.each([
    ['Allow', 'accept', { subject: 'ann', scopes: ['photos'] }],
    ['Deny', 'reject', { reason: null }],
  ])('%s', async (button, verb, detail) => {
    const { token } = await service.initiate(consumer);
    await browser.open(`/oauth/auz/authorize?oauth_token=${token}`);
    if (browser.title === 'Sign in') {
      await browser.press('Sign in', { filled: { 'User name': 'ann' } });
    }
    await browser.press(button);
    expect(await events(`target=${token}`)).toEqual([
      expect.objectContaining({
        actor: 'owner:ann',
        action: `authorization_request.${verb}`,
        target: `authorization_request:${token}`,
        detail: { ...detail, ...by },
      }),
    ]);
  });

  it('taking back: a token is found with who revoked it', async () => {
    const { token } = await service.accessToken(consumer, 'ann');
    await browser.open('/oauth/auz/grants');
    await browser.press('Take back');
    const revoked = (await events(`target=${token}`)).at(-1);
    expect(revoked).toMatchObject({
      actor: 'owner:ann',
      action: 'token.revoke',
      target: `token:${token}`,
      detail: by,
    });
    // A token that is already revoked is not revoked again, and no further event is recorded.
    const { token: other } = await service.accessToken(consumer, 'ann');
    await service.admin('POST', `/admin/tokens/${other}/revoke`);
    await service.admin('POST', `/admin/tokens/${other}/revoke`);
    expect((await events(`target=${other}&action=token.revoke`)).map(({ actor }) => actor)).toEqual(
      ['ADMIN_API_KEY'],
    );
  });
});
