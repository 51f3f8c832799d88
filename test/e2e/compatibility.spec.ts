import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { credentialsIn, sendSigned, type TestConsumer } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';
import { encodeText, type Pair } from '../support/signature-witness.js';

const ECHO = '/oauth/oauth10/echo';
const INITIATE = '/oauth/oauth10/initiate';

describe('what a consumer that cannot be changed may do otherwise (contract section 10)', () => {
  const { database, service } = serviceForAllTests({ TRUST_PROXY: '127.0.0.1' });

  const registered = (compatibility: string[], more: object = {}) =>
    service.registerConsumer({ twoLegged: true, compatibility, ...more });
  const without = () => registered([]);
  const flagsInReport = async ({ consumerKey }: TestConsumer) => {
    const reply = await service.admin('GET', `/admin/consumers/${consumerKey}/weak-signatures`);
    const { flags } = reply.json<{ flags: { flag: string; times: number }[] }>();
    return flags.map(({ flag, times }) => [flag, times]);
  };
  const eventually = async (check: () => Promise<void>) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await check();
      } catch (error) {
        if (attempt === 40) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  };

  /** A request that sends one protocol parameter in the query instead of the header, or in both. */
  const inTwoPlaces = async (consumer: TestConsumer, repeat: boolean, signedOnce = true) => {
    const named = 'oauth_consumer_key';
    const pair = `${named}=${encodeText(consumer.consumerKey)}`;
    const url = `${service.publicBase}${ECHO}?a=1`;
    const request = signRequest({
      method: 'GET',
      url: repeat && !signedOnce ? `${url}&${pair}` : url,
      ...consumer,
      tamper: {
        sentParameters: (pairs) => (repeat ? pairs : pairs.filter(([name]) => name !== named)),
      },
    });
    return sendSigned({ ...request, target: `${ECHO}?a=1&${pair}` });
  };

  it('split_parameters: in two places, none twice', async () => {
    const flagged = await registered(['split_parameters']);
    expect((await inTwoPlaces(flagged, false)).status).toBe(200);
    expect((await inTwoPlaces(flagged, true)).form()).toMatchObject({
      oauth_problem: 'parameter_rejected',
    });
    const refused = await inTwoPlaces(await without(), false);
    expect(refused.form()).toMatchObject({
      oauth_problem: 'parameter_rejected',
      oauth_parameters_rejected: 'oauth_consumer_key',
    });
    await eventually(async () =>
      expect(await flagsInReport(flagged)).toEqual([['split_parameters', 1]]),
    );
  });

  it('repeated_parameters: twice with one value, signed once or as often as sent', async () => {
    const flagged = await registered(['repeated_parameters']);
    expect((await inTwoPlaces(flagged, true)).status).toBe(200);
    expect((await inTwoPlaces(flagged, true, false)).status).toBe(200);
    expect((await inTwoPlaces(flagged, false)).status).toBe(400);
    expect((await inTwoPlaces(await without(), true)).status).toBe(400);
    const otherValue = signRequest({
      method: 'GET',
      url: `${service.publicBase}${ECHO}`,
      ...flagged,
    });
    const target = `${ECHO}?oauth_nonce=another`;
    expect((await sendSigned({ ...otherValue, target })).status).toBe(400);
  });

  it('callback_optional: the only registered callback, else oob', async () => {
    const initiate = (consumer: TestConsumer) =>
      service.signed({ method: 'POST', target: INITIATE, ...consumer });
    const callbackOf = async (token: string) =>
      (await service.admin('GET', `/admin/authorization-requests/${token}`)).json<{
        callback: string;
      }>().callback;
    const one = await registered(['callback_optional'], {
      callbackUrls: ['https://client.example/ready'],
    });
    expect(await callbackOf(credentialsIn(await initiate(one)).token)).toBe(
      'https://client.example/ready',
    );
    const two = await registered(['callback_optional'], {
      callbackUrls: ['https://client.example/a', 'https://client.example/b'],
    });
    expect(await callbackOf(credentialsIn(await initiate(two)).token)).toBe('oob');
    expect((await initiate(await without())).form()).toMatchObject({
      oauth_problem: 'parameter_absent',
      oauth_parameters_absent: 'oauth_callback',
    });
    const wrong = await initiate({ ...one, consumerSecret: 'another' });
    expect(wrong.form()).toMatchObject({ oauth_problem: 'signature_invalid' });
  });

  it.each([
    [undefined, 'application/x-www-form-urlencoded'],
    ['*/*', 'application/x-www-form-urlencoded'],
    ['text/plain, */*', 'text/plain; charset=utf-8'],
    ['text/*', 'text/plain; charset=utf-8'],
  ])('form_reply, Accept %s: %s', async (accept, type) => {
    const flagged = await registered(['form_reply']);
    const headers: Pair[] = accept === undefined ? [] : [['Accept', accept]];
    const ask = (consumer: TestConsumer) =>
      service.signed({ method: 'POST', target: INITIATE, ...consumer, callback: 'oob', headers });
    expect((await ask(flagged)).headers['content-type']).toBe(type);
    expect((await ask(await without())).headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('empty_secret: PLAINTEXT alone', async () => {
    const imported = { consumerKey: 'maas', consumerSecret: '', signatureMethods: ['PLAINTEXT'] };
    const register = (more: object) =>
      service.admin('POST', '/admin/consumers', { name: 'x', ...imported, ...more });
    expect((await register({})).json()).toMatchObject({ errors: [{ pointer: '/consumerSecret' }] });
    const hmac = await register({
      compatibility: ['empty_secret'],
      signatureMethods: ['HMAC-SHA1', 'PLAINTEXT'],
    });
    expect(hmac.json()).toMatchObject({ errors: [{ pointer: '/signatureMethods' }] });
    const added = await register({ compatibility: ['empty_secret'], twoLegged: true });
    expect(added.status).toBe(201);
    const taken = await service.admin('PATCH', '/admin/consumers/maas', { compatibility: [] });
    expect(taken.status).toBe(400);
    const ask = (signature: string) =>
      send({
        base: service.publicBase,
        target: ECHO,
        headers: [
          ['X-Forwarded-Proto', 'https'],
          [
            'Authorization',
            `OAuth oauth_consumer_key="maas", oauth_signature_method="PLAINTEXT", oauth_signature="${signature}"`,
          ],
        ],
      });
    expect((await ask('%26')).status).toBe(200);
    expect((await ask('x%26')).status).toBe(401);
  });

  it.each<[string, string, Parameters<typeof signRequest>[0]['tamper'], object]>([
    [
      'literal_plus',
      `${ECHO}?a=1+2`,
      { baseString: (text) => text.replace('1%252B2', '1%252B2').replace('1%25202', '1%252B2') },
      {},
    ],
    [
      'empty_token_signed',
      ECHO,
      {
        baseString: (text) => text.replace('%26oauth_version', '%26oauth_token%3D%26oauth_version'),
      },
      {},
    ],
  ])('%s', async (flag, target, tamper, more) => {
    const ask = (consumer: TestConsumer) =>
      service.signed({ method: 'GET', target, ...consumer, ...more, tamper });
    const flagged = await registered([flag]);
    expect((await ask(flagged)).status).toBe(200);
    expect((await ask({ ...flagged, consumerSecret: 'another' })).status).toBe(401);
    const refused = (await ask(await without())).form();
    expect(refused.oauth_problem).toBe('signature_invalid');
    expect(refused.oauth_problem_advice).toContain(`compatibility flag ${flag}`);
    await eventually(async () => expect(await flagsInReport(flagged)).toEqual([[flag, 1]]));
  });

  it('line_ends: what a browser sent as CR LF was signed as a line feed', async () => {
    const ask = (consumer: TestConsumer) =>
      service.signed({
        method: 'POST',
        target: ECHO,
        ...consumer,
        parameters: [['text', 'a\r\nb']],
        tamper: { baseString: (text) => text.replace('%250D%250A', '%250A') },
      });
    const flagged = await registered(['line_ends']);
    expect((await ask(flagged)).status).toBe(200);
    expect((await ask(await without())).form()).toMatchObject({
      oauth_signature_hint: 'line_ends',
    });
    await service.admin('PATCH', `/admin/consumers/${flagged.consumerKey}`, {
      compatibility: ['literal_plus'],
    });
    await eventually(async () => expect((await ask(flagged)).status).toBe(401));
  });

  it('a flag holds for the secret before the present one, too', async () => {
    const flagged = await registered(['empty_token_signed']);
    const { consumerKey } = flagged;
    await service.admin('POST', `/admin/consumers/${consumerKey}/secret`, { overlapSeconds: 60 });
    const reply = await service.signed({
      method: 'GET',
      target: ECHO,
      ...flagged,
      tamper: {
        baseString: (text) => text.replace('%26oauth_version', '%26oauth_token%3D%26oauth_version'),
      },
    });
    expect(reply.status).toBe(200);
  });

  it('secrets_not_encoded', async () => {
    const more = { consumerKey: 'raw', consumerSecret: 'a/b c' };
    const flagged = await registered(['secrets_not_encoded'], more);
    // The signer encodes secrets in the key. This key contains the raw secret.
    const key = 'a/b c&';
    const request = signRequest({
      method: 'GET',
      url: `${service.publicBase}${ECHO}`,
      ...flagged,
    });
    const { createHmac } = await import('node:crypto');
    const signature = createHmac('sha1', key).update(request.baseString).digest('base64');
    const headers = request.headers.map(([name, value]): Pair => [
      name,
      value.replace(encodeText(request.signature), encodeText(signature)),
    ]);
    expect((await sendSigned({ ...request, headers })).status).toBe(200);
  });

  it.each([
    [['secrets_not_encoded'], '/compatibility/0'],
    [['line_ends', 'empty_secret'], '/compatibility/1'],
  ])('%j makes no sense for RSA alone', async (compatibility, pointer) => {
    const { generateKeyPairSync } = await import('node:crypto');
    const rsaPublicKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString();
    const reply = await service.admin('POST', '/admin/consumers', {
      name: 'x',
      rsaPublicKey,
      compatibility,
    });
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({ errors: [{ pointer }] });
  });

  it('a line that the version before stages, which knows no flags, has none', async () => {
    const [begun] = await database.query<{ id: number }>(
      `INSERT INTO imports (file_hash) VALUES (NULL) RETURNING id`,
    );
    const line = {
      import_id: begun?.id,
      line: 1,
      consumer_key: 'staged',
      name: 'x',
      callback_urls: [],
      scopes: [],
      signature_methods: ['HMAC-SHA1'],
      two_legged: false,
      allowed_addresses: [],
      labels: {},
      status: 'active',
    };
    const staged = await database.query(
      `INSERT INTO import_consumers SELECT r.* FROM jsonb_populate_record(NULL::import_consumers, $1) r
       RETURNING compatibility`,
      [JSON.stringify(line)],
    );
    expect(staged).toEqual([{ compatibility: [] }]);
  });

  it('a flag that does not exist', async () => {
    const reply = await service.admin('POST', '/admin/consumers', {
      name: 'x',
      compatibility: ['everything'],
    });
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({ errors: [{ pointer: '/compatibility/0' }] });
  });
});
