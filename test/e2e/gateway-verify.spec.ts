import { expectProblem, faultPlaces } from '../support/admin-problem.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import {
  ADMIN_API_KEY,
  startTestService,
  type TestConsumer,
  type TestCredentials,
} from '../support/service.js';
import { signRequest, type SigningInput } from '../support/signing-client.js';

const API = 'https://api.example.com';
const FORM = 'application/x-www-form-urlencoded';

describe('contract section 7: POST /verify', () => {
  const { database, service } = serviceForAllTests({ PUBLIC_URL: 'https://oauth.example.com' });
  let consumer: TestConsumer;
  let access: TestCredentials;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ twoLegged: true });
    access = await accessToken();
  });

  // Clients get tokens at PUBLIC_URL and sign requests for the API's address.
  async function accessToken(): Promise<TestCredentials> {
    const plain = await startTestService(database.url);
    const credentials = await plain.accessToken(consumer);
    await plain.stop(0);
    return credentials;
  }
  const reportOf = (input: Partial<SigningInput> = {}) => {
    const signed = signRequest({
      method: 'GET',
      url: `${API}/photos?size=a%2Fb&q=a+b&e=&e=1`,
      ...consumer,
      ...access,
      ...input,
    });
    const { method, headers, body } = signed;
    const report = { method, url: API + signed.target, headers: Object.fromEntries(headers) };
    return body === undefined ? report : { ...report, body: body.toString() };
  };
  const verify = (report: unknown) => service.admin('POST', '/verify', report);

  it('says who signed, and no second time', async () => {
    const report = reportOf();
    const reply = await verify(report);
    expect([reply.status, reply.json()]).toEqual([
      200,
      {
        active: true,
        consumerKey: consumer.consumerKey,
        token: access.token,
        subject: 'jane',
        scopes: ['photos', 'profile'],
        expiresAt: null,
        bodyVerified: false,
      },
    ]);
    expect(reply.headers['cache-control']).toBe('no-store');
    expect((await verify(report)).json()).toEqual({
      active: false,
      status: 401,
      problem: 'nonce_used',
      advice: expect.stringMatching(/\w/),
    });
  });

  it('two-legged: no token, no subject, no scopes', async () => {
    const reply = await verify(reportOf({ token: undefined, tokenSecret: undefined }));
    expect(reply.json()).toMatchObject({ active: true, token: null, subject: null, scopes: [] });
  });

  it('bodyVerified: a form, or a hash, and nothing else', async () => {
    const json = { method: 'POST', body: '{"ä":1}', contentType: 'application/json' };
    const form = reportOf({ method: 'POST', parameters: [['a', 'ü']] });
    const { body = '', ...rest } = form as { body?: string };
    for (const [report, bodyVerified] of [
      [form, true],
      [reportOf({ ...json, bodyHash: 'sha256' }), true],
      [reportOf(json), false],
    ] as const) {
      expect((await verify(report)).json()).toMatchObject({ active: true, bodyVerified });
    }
    const again = reportOf({ method: 'POST', parameters: [['a', 'ü']] }) as { body?: string };
    const bodyBase64 = Buffer.from(again.body ?? '').toString('base64');
    const reply = await verify({ ...rest, ...again, body: undefined, bodyBase64 });
    expect(body).not.toBe('');
    expect(reply.json()).toMatchObject({ active: true, bodyVerified: true });
  });

  it('bodyVerified: never by PLAINTEXT, which signs nothing', async () => {
    const plain = await service.registerConsumer({
      twoLegged: true,
      signatureMethods: ['PLAINTEXT'],
    });
    const signed = { ...plain, token: undefined, tokenSecret: undefined, method: 'POST' };
    const json = { body: '{"a":1}', contentType: 'application/json', bodyHash: 'sha256' } as const;
    for (const more of [{ parameters: [['a', 'b']] }, json] as const) {
      const report = reportOf({ ...signed, signatureMethod: 'PLAINTEXT', ...more } as object);
      expect((await verify(report)).json()).toMatchObject({ active: true, bodyVerified: false });
    }
  });

  it('a form without its body: parameter_rejected that says so, the nonce unspent', async () => {
    const report = reportOf({ method: 'POST', parameters: [['a', 'b']] });
    const refused = await verify({ ...report, body: undefined });
    expect(refused.json()).toMatchObject({ active: false, status: 400 });
    expect(refused.json()).toMatchObject({
      problem: 'parameter_rejected',
      advice: expect.stringContaining('did not forward the body'),
    });
    expect((await verify(report)).json().active).toBe(true);
    const get = reportOf({ headers: [['Content-Type', FORM]] });
    const headers = { ...get.headers, 'content-length': '3' };
    expect((await verify({ ...get, headers })).json().problem).toBe('parameter_rejected');
    expect((await verify(get)).json().active).toBe(true);
  });

  it('a form type without a body is an empty form where the report says that there is none', async () => {
    const empty = () => reportOf({ method: 'POST', headers: [['Content-Type', FORM]] });
    const said = empty();
    const headers = { ...said.headers, 'content-length': '0' };
    for (const report of [
      { ...said, headers },
      { ...empty(), body: '' },
      { ...empty(), bodyBase64: '' },
    ]) {
      expect((await verify(report)).json()).toMatchObject({ active: true, bodyVerified: true });
    }
    const kept = empty();
    for (const length of ['3', undefined]) {
      const report = {
        ...kept,
        headers: { ...kept.headers, ...(length && { 'content-length': length }) },
      };
      const body = length && '';
      expect((await verify({ ...report, body })).json()).toMatchObject({
        problem: 'parameter_rejected',
      });
    }
    expect((await verify({ ...kept, body: '' })).json().active).toBe(true);
  });

  it.each(['application/x-www-form-urlencoded, text/plain', `${FORM}\u00a0`])(
    'a Content-Type of %j: parameter_rejected, the nonce unspent',
    async (contentType) => {
      const report = reportOf();
      const headers = { ...report.headers, 'Content-Type': contentType };
      expect((await verify({ ...report, headers, body: 'a=b' })).json()).toMatchObject({
        active: false,
        status: 400,
        problem: 'parameter_rejected',
        parameters: ['Content-Type'],
      });
      expect((await verify(report)).json().active).toBe(true);
    },
  );

  it('names the parameters that are absent or rejected', async () => {
    const parametersOf = async (change: Partial<SigningInput>) =>
      (await verify(reportOf(change))).json().parameters;
    expect(await parametersOf({ omit: ['oauth_nonce', 'oauth_timestamp'] })).toEqual([
      'oauth_timestamp',
      'oauth_nonce',
    ]);
    expect(await parametersOf({ timestamp: 'x' })).toEqual(['oauth_timestamp']);
    expect(await parametersOf({ consumerSecret: 'wrong' })).toBeUndefined();
  });

  it.each([
    ['203.0.113.9', true],
    ['203.0.113.9:5123', true],
    ['203.0.113.10:5123', false],
    ['[2001:db8::1]:443', true],
  ])('allowedAddresses hold for a clientAddress of %s: %s', async (clientAddress, active) => {
    const allowedAddresses = ['203.0.113.9', '2001:db8::/64'];
    const bound = await service.registerConsumer({ twoLegged: true, allowedAddresses });
    const report = reportOf({ ...bound, token: undefined, tokenSecret: undefined });
    expect((await verify({ ...report, clientAddress })).json()).toMatchObject({ active });
  });

  it('names of headers know no case', async () => {
    const { headers, ...report } = reportOf();
    const reply = await verify({ ...report, headers: { aUTHORIZATION: headers['Authorization'] } });
    expect(reply.json().active).toBe(true);
  });

  it.each([
    ['another method', { method: 'PUT' }, 401, 'signature_invalid'],
    ['another URL', { url: `${API}/photos` }, 401, 'signature_invalid'],
    ['another scheme', { url: 'http://api.example.com/photos' }, 401, 'signature_invalid'],
    ['no signature at all', { headers: {} }, 401, 'parameter_absent'],
    ['broken OAuth', { headers: { authorization: 'OAuth a' } }, 400, 'parameter_rejected'],
  ])('%s: inactive', async (_, change, status, problem) => {
    const reply = await verify({ ...reportOf(), ...change });
    expect([reply.status, reply.json()]).toMatchObject([200, { active: false, status, problem }]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no method', { method: undefined }, '/method'],
    ['a method with a blank', { method: 'GET /' }, '/method'],
    ['a relative URL', { url: '/photos' }, '/url'],
    ['another scheme', { url: 'ftp://api.example.com/' }, '/url'],
    ['userinfo', { url: 'https://a:b@api.example.com/' }, '/url'],
    ['a URL beyond octets', { url: `${API}/\u4e00` }, '/url'],
    ['no headers', { headers: undefined }, '/headers'],
    ['headers as a list', { headers: [] }, '/headers'],
    ['a header twice', { headers: { a: '1', A: '1' } }, '/headers/A'],
    ['a header of numbers', { headers: { a: 1 } }, '/headers/a'],
    ['a header of two lines', { headers: { a: '1\r\n2' } }, '/headers/a'],
    ['a header beyond octets', { headers: { authorization: '\u4e00' } }, '/headers/authorization'],
    ['a body that is no text', { body: {} }, '/body'],
    ['broken base64', { bodyBase64: 'a' }, '/bodyBase64'],
    ['two bodies', { body: 'a', bodyBase64: 'YQ==' }, '/bodyBase64'],
    ['no address', { clientAddress: 'here' }, '/clientAddress'],
    ['an unknown property', { uri: '/' }, '/uri'],
  ])('refuses %s', async (_, change, pointer) => {
    expect(faultPlaces(await verify({ ...reportOf(), ...change }))).toEqual([pointer]);
  });

  it.each([
    ['base64', (body: Buffer) => ({ bodyBase64: body.toString('base64') })],
    ['text', (body: Buffer) => ({ body: body.toString('latin1') })],
  ])('64 KiB of body are read, whatever JSON makes of them as %s; more is 413', async (_, told) => {
    const body = Buffer.alloc(64 * 1024, 1);
    const { body: _sent, ...report } = { body: '', ...reportOf({ method: 'PUT', body }) };
    expect((await verify({ ...report, ...told(body) })).json()).toMatchObject({ active: true });
    const larger = Buffer.alloc(64 * 1024 + 1, 1);
    expectProblem(await verify({ ...report, ...told(larger) }), 413, 'payload_too_large');
    const report513KiB = { ...report, body: 'x'.repeat(513 * 1024) };
    expectProblem(await verify(report513KiB), 413, 'payload_too_large');
  });

  it('allowedAddresses hold for clientAddress, and nowhere without one', async () => {
    const bound = await service.registerConsumer({
      twoLegged: true,
      allowedAddresses: ['192.0.2.0/24'],
    });
    const signed = { ...bound, token: undefined, tokenSecret: undefined };
    for (const [clientAddress, active] of [
      ['192.0.2.7', true],
      ['198.51.100.7', false],
      [undefined, false],
    ]) {
      const reply = await verify({ ...reportOf(signed), clientAddress });
      expect(reply.json().active).toBe(active);
    }
  });

  it.each([
    ['no key', [], 401],
    ['a wrong key', [['X-Gateway-Key', 'x'.repeat(40)]], 401],
    ['a wrong bearer', [['Authorization', `Bearer ${'x'.repeat(40)}`]], 401],
    ['X-Gateway-Key', [['X-Gateway-Key', ADMIN_API_KEY]], 200],
  ] as [string, [string, string][], number][])('%s', async (_, headers, status) => {
    const reply = await send({
      base: service.adminBase,
      method: 'POST',
      target: '/verify',
      headers: [...headers, ['Content-Type', 'application/json']],
      body: JSON.stringify(reportOf()),
    });
    expect(reply.status).toBe(status);
    if (status === 401) expectProblem(reply, 401, 'unauthorized');
  });

  it('other methods: 405; the public listener: 404', async () => {
    const reply = await service.admin('GET', '/verify');
    expectProblem(reply, 405, 'method_not_allowed');
    expect(reply.headers['allow']).toBe('POST');
    const outside = await send({ base: service.publicBase, method: 'POST', target: '/verify' });
    expect(outside.status).toBe(404);
  });
});
