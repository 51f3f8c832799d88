import { createTestDatabase } from '../support/database.js';
import type { HttpReply } from '../support/http.js';
import type { SigningInput } from '../support/signing-client.js';
import { startTestService, type TestCredentials } from '../support/service.js';
import {
  absent,
  denied,
  ECHO,
  INITIATE,
  privateKey,
  REFUSALS,
  type Refusal,
  type World,
} from '../vectors/refusals.js';

const NOW = Math.floor(Date.now() / 1000);

describe('contract section 4: refusals of signed requests', () => {
  let world: World;

  beforeAll(async () => {
    const database = await createTestDatabase();
    const service = await startTestService(database.url);
    const consumer = await service.registerConsumer({
      signatureMethods: ['HMAC-SHA1', 'HMAC-SHA256', 'PLAINTEXT'],
    });
    const other = await service.registerConsumer();
    const allowed = async () => {
      const credentials = await service.initiate(consumer);
      return { ...credentials, verifier: await service.accept(credentials.token) };
    };
    world = { database, service, consumer, other, allowed };
  });
  afterAll(async () => {
    await world.service.stop(0);
    await world.database.drop();
  });

  it.each(REFUSALS)('$code, $status: $title', async (refusal) => {
    const { target = INITIATE, method = 'POST' } = refusal;
    const callback = target === INITIATE ? 'oob' : undefined;
    const reply = await world.service.signed({
      method,
      target,
      callback,
      ...world.consumer,
      ...(await refusal.broken(world)),
    });
    expectRefusal(reply, refusal);
  });

  it('parameter_absent, 401: no OAuth parameter at all', async () => {
    const reply = await world.service.signed(
      { method: 'POST', target: INITIATE, ...world.consumer },
      { headers: [] },
    );
    expectRefusal(reply, {
      status: 401,
      code: 'parameter_absent',
      extra: absent(
        'oauth_consumer_key&oauth_signature_method&oauth_signature&oauth_timestamp&oauth_nonce&oauth_callback',
      ),
    });
  });

  it('the fifth wrong verifier kills temporary credentials', async () => {
    const { service, consumer } = world;
    const { verifier, ...credentials } = await world.allowed();
    const codes: (string | undefined)[] = [];
    for (const guess of ['1', '2', '3', '4', '5', verifier]) {
      const reply = await service.exchange(consumer, credentials, guess);
      codes.push(reply.form()['oauth_problem']);
    }
    expect(codes).toEqual([...Array<string>(5).fill('verifier_invalid'), 'token_rejected']);
    const request = await service.admin(
      'GET',
      `/admin/authorization-requests/${credentials.token}`,
    );
    expect(request.json()).toMatchObject({ status: 'expired' });
  });

  it('the form beside an exchange without a verifier is taken apart once', async () => {
    const { service, consumer } = world;
    const parameters = 'the_form_of=this-test';
    const read = jest.spyOn(Buffer.prototype, 'toString');
    const options = { method: 'POST', target: '/oauth/oauth10/token', parameters };
    const reply = await service.signed({ ...options, ...consumer, ...(await denied(world)) });
    expect(reply.form()['oauth_problem']).toBe('permission_denied');
    const forms = read.mock.results.filter(({ value }) => value === parameters);
    read.mockRestore();
    expect(forms).toHaveLength(1);
  });

  it('an exchange without a verifier spends its nonce when the owner refused, and not otherwise', async () => {
    const { service, consumer } = world;
    const nonce = 'asked-once';
    const ask = async (credentials: TestCredentials, verifier?: string) => {
      const target = '/oauth/oauth10/token';
      const options = { method: 'POST', target, ...consumer, ...credentials, nonce, verifier };
      return (await service.signed({ ...options, timestamp: NOW })).form()['oauth_problem'];
    };
    const refused = await denied(world);
    expect([await ask(refused), await ask(refused)]).toEqual(['permission_denied', 'nonce_used']);
    const { verifier, ...credentials } = await world.allowed();
    expect(await ask(credentials)).toBe('parameter_absent');
    expect(await ask(credentials, verifier)).toBeUndefined();
  });

  it('who may not sign without a token is told so, if the signature holds', async () => {
    const { service, consumer } = world;
    const advice = async (change: Partial<SigningInput>) =>
      (await service.signed({ method: 'GET', target: ECHO, ...consumer, ...change })).form()[
        'oauth_problem_advice'
      ];
    expect(await advice({})).toContain('twoLegged');
    expect(await advice({ consumerSecret: 'wrong' })).not.toContain('twoLegged');
  });

  it('OAUTH_PROBLEM_DETAIL=uniform tells nobody which keys and tokens exist', async () => {
    const { database, consumer } = world;
    const service = await startTestService(database.url, { OAUTH_PROBLEM_DETAIL: 'uniform' });
    const broken: Partial<SigningInput>[] = [
      { consumerKey: 'nobody' },
      { token: 'nothing', tokenSecret: 'x' },
      { signatureMethod: 'RSA-SHA256', privateKey },
      { token: undefined, consumerSecret: 'wrong' },
      { token: undefined, consumerKey: 'nobody' },
    ];
    for (const change of broken) {
      const reply = await service.signed({
        method: 'GET',
        target: ECHO,
        token: 't',
        ...consumer,
        ...change,
      });
      expectRefusal(reply, { status: 401, code: 'signature_invalid' });
    }
    // A client with the right secret may learn that the consumer needs a token.
    const own = await service.signed({ method: 'GET', target: ECHO, ...consumer });
    expectRefusal(own, { status: 400, code: 'parameter_absent', extra: absent('oauth_token') });
    await service.stop(0);
  });
});

function expectRefusal(
  reply: HttpReply,
  { status, code, extra = {} }: Pick<Refusal, 'status' | 'code' | 'extra'>,
): void {
  expect({ status: reply.status, ...reply.form() }).toMatchObject({
    status,
    oauth_problem: code,
    oauth_problem_advice: expect.stringMatching(/\w/),
    ...extra,
  });
  expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(reply.headers['cache-control']).toBe('no-store');
  expect(reply.headers['www-authenticate']).toBe(
    status === 401 ? `OAuth realm="oauth10", oauth_problem="${code}"` : undefined,
  );
}
