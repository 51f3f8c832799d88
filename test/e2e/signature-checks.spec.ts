import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { signRequest, type SigningInput } from '../support/signing-client.js';

const API = 'https://api.example.com/photos?size=large';

describe('POST /admin/signature-checks (contract section 10)', () => {
  const { service } = serviceForAllTests({ SIGNATURE_HINTS: 'false' });

  const check = async (input: Omit<SigningInput, 'method' | 'url'>) => {
    const request = signRequest({ method: 'GET', url: API, ...input });
    const reply = await service.admin('POST', '/admin/signature-checks', {
      method: 'GET',
      url: API,
      headers: Object.fromEntries(request.headers),
    });
    expect(reply.status).toBe(200);
    return { request, found: reply.json<Record<string, unknown>>(), text: reply.text };
  };

  it('shows what was signed, spends nothing and tells no secret', async () => {
    const consumer = await service.registerConsumer();
    const access = await service.accessToken(consumer);
    const signing = { ...consumer, ...access, nonce: 'again' };
    const first = await check(signing);
    expect(first.found).toMatchObject({
      active: true,
      problem: null,
      advice: null,
      hint: null,
      baseString: first.request.baseString,
      keyParts: ['consumerSecret', 'tokenSecret'],
    });
    expect(first.found.parameters).toContainEqual({ name: 'size', value: 'large', from: 'query' });
    expect(first.found.parameters).toContainEqual({
      name: 'oauth_nonce',
      value: 'again',
      from: 'header',
    });
    expect((await check(signing)).found.problem).toBeNull();
    for (const secret of [consumer.consumerSecret, access.tokenSecret, first.request.signature]) {
      expect(first.text).not.toContain(secret);
    }
  });

  it('judges the signature whatever the age, and says that beside it', async () => {
    const consumer = await service.registerConsumer({ twoLegged: true });
    const { found } = await check({ ...consumer, timestamp: 1_000_000_000 });
    expect(found).toMatchObject({
      active: true,
      problem: 'timestamp_refused',
      keyParts: ['consumerSecret'],
    });
  });

  it('explains a signature that does not hold, whatever the settings of hints', async () => {
    const consumer = await service.registerConsumer({ twoLegged: true });
    const { found } = await check({
      ...consumer,
      timestamp: 1_000_000_000,
      tamper: { baseString: (text) => text.replace('https%3A', 'http%3A') },
    });
    expect(found).toMatchObject({
      active: false,
      problem: 'signature_invalid',
      hint: 'scheme_differs',
    });
  });

  it('knows temporary credentials, and says which key or token it does not know', async () => {
    const consumer = await service.registerConsumer();
    const temporary = await service.initiate(consumer);
    expect((await check({ ...consumer, ...temporary })).found).toMatchObject({
      active: true,
      problem: null,
    });
    expect((await check({ ...consumer, token: 'none', tokenSecret: '' })).found).toMatchObject({
      active: false,
      problem: 'token_rejected',
      keyParts: ['consumerSecret'],
    });
    expect((await check({ consumerKey: 'none', consumerSecret: 'x' })).found).toMatchObject({
      active: false,
      problem: 'consumer_key_unknown',
      keyParts: [],
    });
  });

  it('shows no signature by PLAINTEXT, which is the secrets themselves', async () => {
    const consumer = await service.registerConsumer({
      twoLegged: true,
      signatureMethods: ['PLAINTEXT'],
    });
    const { found, text } = await check({ ...consumer, signatureMethod: 'PLAINTEXT' });
    expect(found).toMatchObject({ active: true, baseString: null });
    expect(text).not.toContain(consumer.consumerSecret);
  });

  it('says what is wrong with a request that it cannot read', async () => {
    const reply = await service.admin('POST', '/admin/signature-checks', {
      method: 'GET',
      url: API,
      headers: { Authorization: 'OAuth oauth_consumer_key="a", oauth_consumer_key="a"' },
    });
    expect(reply.json()).toMatchObject({ active: false, problem: 'parameter_rejected' });
  });

  it('is for admin and auditor, by POST', async () => {
    const made = async (role: string) =>
      (await service.admin('POST', '/admin/api-keys', { name: role, role })).json<{ key: string }>()
        .key;
    const { send } = await import('../support/http.js');
    for (const [role, status] of [
      ['auditor', 200],
      ['gateway', 403],
      ['consent', 403],
    ] as const) {
      const reply = await send({
        base: service.adminBase,
        method: 'POST',
        target: '/admin/signature-checks',
        headers: [
          ['Authorization', `Bearer ${await made(role)}`],
          ['Content-Type', 'application/json'],
        ],
        body: JSON.stringify({ method: 'GET', url: API, headers: {} }),
      });
      expect(reply.status).toBe(status);
    }
    expect((await service.admin('GET', '/admin/signature-checks')).status).toBe(405);
  });
});
