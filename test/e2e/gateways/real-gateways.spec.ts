import { readFileSync } from 'node:fs';
import { proxyTo, type DatabaseProxy } from '../../support/database-proxy.js';
import { describeWith } from '../../support/debian-tools.js';
import { FORGED, GATEWAYS } from '../../support/gateway-cases.js';
import type { GatewayProcess } from '../../support/gateway-process.js';
import { send, type HttpReply } from '../../support/http.js';
import { startRecordingApi, type RecordingApi } from '../../support/recording-api.js';
import { serviceForAllTests } from '../../support/service-for-all-tests.js';
import { ADMIN_API_KEY, type TestConsumer, type TestCredentials } from '../../support/service.js';
import { signRequest, type SigningInput } from '../../support/signing-client.js';

describe.each(GATEWAYS)('docs/gateways/$page', (gatewayCase) => {
  const { name, tool, start, page, refused, lost, empty, forwardsForms } = gatewayCase;
  it('is what its page shows', () => {
    const shown = readFileSync(`docs/gateways/${name.toLowerCase()}.md`, 'utf8');
    expect(shown).toContain(`\n${readFileSync(`docs/gateways/${page}`, 'utf8')}\`\`\`\n`);
  });

  describeWith([tool], `${name} in front of an API`, () => {
    let wayToDatabase: DatabaseProxy;
    const { service } = serviceForAllTests(async ({ url }) => {
      wayToDatabase = await proxyTo(url);
      return { DATABASE_URL: wayToDatabase.url };
    });
    let api: RecordingApi;
    let gateway: GatewayProcess;
    let consumer: TestConsumer;
    let access: TestCredentials;

    beforeAll(async () => {
      api = await startRecordingApi();
      gateway = await start({
        verifier: new URL(service.adminBase).host,
        upstream: api.address,
        gatewayKey: ADMIN_API_KEY,
      });
      consumer = await service.registerConsumer({ twoLegged: true });
      access = await service.accessToken(consumer, 'jané doe');
    });
    beforeEach(() => void api.taken());
    afterAll(async () => {
      await gateway?.stop();
      await api?.stop();
      await wayToDatabase?.close();
    });

    const sign = (target: string, input: Partial<SigningInput> = {}) =>
      signRequest({ method: 'GET', url: gateway.base + target, ...consumer, ...access, ...input });
    const ask = (
      { method, target, headers, body }: ReturnType<typeof signRequest>,
      more: readonly (readonly [string, string])[] = [],
    ): Promise<HttpReply> =>
      send({ base: gateway.base, method, target, headers: [...headers, ...more], body });
    /** The one request that reached the API; the names of its identity headers are normalized. */
    function reached() {
      const [request, ...others] = api.taken();
      expect(others).toEqual([]);
      if (!request) throw new Error('Nothing reached the API');
      const told = request.headers
        .map(([header, value]) => [header.toLowerCase(), value] as const)
        .filter(([header]) => /^x[-_](oauth|gateway)/.test(header));
      expect(new Set(told.map(([header]) => header)).size).toBe(told.length);
      return { ...request, told: Object.fromEntries(told) };
    }

    it('a signed GET reaches the API with our word on who signed it; a replay does not', async () => {
      const signed = sign('/photos?size=original');
      const reply = await ask(signed);
      expect([reply.status, reply.text]).toEqual([200, 'the API']);
      expect(reached()).toMatchObject({
        method: 'GET',
        target: '/photos?size=original',
        told: {
          'x-oauth-consumer-key': consumer.consumerKey,
          'x-oauth-token': access.token,
          'x-oauth-subject': 'jan%C3%A9%20doe',
          'x-oauth-scope': 'photos%20profile',
          'x-oauth-body-verified': 'false',
        },
      });

      const again = await ask(signed);
      expect(again.status).toBe(401);
      expect(again.headers['www-authenticate']).toBe(
        'OAuth realm="oauth10", oauth_problem="nonce_used"',
      );
      expect(api.taken()).toEqual([]);
    });

    it('an unsigned request: 401, with the challenge', async () => {
      const reply = await send({ base: gateway.base, target: '/photos' });
      expect(reply.status).toBe(401);
      expect(reply.headers['www-authenticate']).toContain('oauth_problem="parameter_absent"');
      expect(api.taken()).toEqual([]);
    });

    it('what the client says of who signed never reaches the API', async () => {
      await ask(sign('/photos'), FORGED);
      const threeLegged = reached().told;
      expect(Object.values(threeLegged)).not.toContain('forged');
      expect(Object.keys(threeLegged)).toHaveLength(5);

      // A two-legged request has no token, subject and scopes.
      await ask(sign('/photos', { token: undefined, tokenSecret: undefined }), FORGED);
      const nothing = Object.fromEntries(empty.map((header) => [header, '']));
      expect(reached().told).toEqual({
        ...nothing,
        'x-oauth-consumer-key': consumer.consumerKey,
        'x-oauth-body-verified': 'false',
      });
    });

    it('without an issuer there is no JWT, and no Authorization of the client’s either', async () => {
      const authorization = () =>
        reached().headers.filter(([header]) => header.toLowerCase() === 'authorization');
      expect((await ask(sign('/photos'))).status).toBe(200);
      expect(authorization()).toEqual([]);
      const beside = [['Authorization', 'Bearer forged']] as const;
      expect((await ask(sign('/photos', { place: 'query' }), beside)).status).toBe(200);
      expect(authorization()).toEqual([]);
    });

    it('what the client says of where its request went counts for nothing', async () => {
      const elsewhere = signRequest({
        method: 'PUT',
        url: 'https://other.example.com:8443/elsewhere',
        ...consumer,
        ...access,
      });
      const { port } = gateway;
      const told: [string, string][] = [
        ['X-Original-Method', 'PUT'],
        ['X-Original-URI', '/elsewhere'],
        ['X-Forwarded-Method', 'PUT'],
        ['X-Forwarded-Uri', '/elsewhere'],
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Host', 'other.example.com'],
        ['X-Forwarded-Port', '8443'],
        ['X-Forwarded-For', '192.0.2.1'],
      ];
      expect((await ask({ ...elsewhere, target: '/photos', method: 'GET' }, told)).status).toBe(
        401,
      );
      expect(api.taken()).toEqual([]);
      expect((await ask(sign('/photos'), told)).status).toBe(200);
      expect(reached().target).toBe('/photos');

      const portless = signRequest({
        method: 'GET',
        url: 'http://api.example.com:8443/photos',
        ...consumer,
        ...access,
      });
      const reply = await send({
        base: gateway.base,
        target: '/photos',
        headers: [['Host', 'api.example.com'], ['X-Forwarded-Port', '8443'], ...portless.headers],
      });
      expect([port > 0, reply.status]).toEqual([true, 401]);
    });

    it("a consumer's allowedAddresses hold for the client's own address", async () => {
      for (const [address, status] of [
        ['127.0.0.1', 200],
        ['192.0.2.1', 401],
      ] as const) {
        const bound = await service.registerConsumer({
          twoLegged: true,
          allowedAddresses: [address],
        });
        const signed = sign('/photos', { ...bound, token: undefined, tokenSecret: undefined });
        expect((await ask(signed, [['X-Forwarded-For', '192.0.2.1']])).status).toBe(status);
      }
    });

    it.each([
      '/a%2Fb/c%2fd',
      '/a+b/c%20d?q=a+b&q=a%20b&q=a%2Bb',
      '/p?c=a=b=c&d==',
      '/p?e=&f&g=',
      '/p?e=1&e=2&e=1&E=1',
      '/p;v=1/~x?u=%C3%A9&u=%c3%a9',
      "/p?x=!*'()&y=%21%2A%27%28%29",
      '/p?octets=%ff%FE',
      '/p?',
      '/',
    ])('%s is verified and passed on as it was sent', async (target) => {
      expect((await ask(sign(target))).status).toBe(200);
      expect(reached().target).toBe(target);
    });

    it('parameters in the query are as good as in the header', async () => {
      const signed = sign('/photos?size=a%2Fb', { place: 'query' });
      expect((await ask(signed)).status).toBe(200);
      expect(reached().target).toBe(signed.target);
    });

    const form = { method: 'POST', parameters: [['a', 'b']] } as const;
    if (forwardsForms) {
      it('a form POST is verified with its body, and reaches the API whole', async () => {
        const signed = sign('/photos', form);
        expect((await ask({ ...signed, body: 'a=c' })).status).toBe(401);
        expect(api.taken()).toEqual([]);
        expect((await ask(signed)).status).toBe(200);
        const { told, body } = reached();
        expect([told['x-oauth-body-verified'], body]).toEqual(['true', 'a=b']);
      });
    } else {
      it(`a form POST is refused, since its body is not forwarded: ${refused}`, async () => {
        const reply = await ask(sign('/photos', form));
        expect(reply.status).toBe(refused);
        if (refused === 400) {
          expect(reply.form()).toMatchObject({
            oauth_problem: 'parameter_rejected',
            oauth_problem_advice: expect.stringContaining('did not forward the body'),
          });
        }
        expect(api.taken()).toEqual([]);
      });
    }

    it('a form POST without a body is an empty form, whose parameters are in the query', async () => {
      const form: [string, string][] = [['Content-Type', 'application/x-www-form-urlencoded']];
      const reply = await ask(sign('/photos?a=b', { method: 'POST', headers: form }));
      expect([reply.status, reached().told['x-oauth-body-verified']]).toEqual([200, 'true']);
      // A body added on the way is not covered by the signature.
      const signed = sign('/photos?a=b', { method: 'POST', headers: form });
      const added = forwardsForms ? 401 : refused;
      expect((await ask({ ...signed, body: 'admin=1' })).status).toBe(added);
      const chunked: [string, string][] = [...form, ['Transfer-Encoding', 'chunked']];
      const other = sign('/photos?a=b', { method: 'POST', headers: chunked });
      expect((await ask({ ...other, body: 'admin=1' })).status).toBe(refused);
      expect(api.taken()).toEqual([]);
    });

    it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
      '%s with JSON reaches the API whole',
      async (method) => {
        const body = '{"a":"ü"}';
        const signed = sign('/photos', { method, body, contentType: 'application/json' });
        expect((await ask(signed)).status).toBe(200);
        const { told, ...request } = reached();
        expect(request).toMatchObject({ method, body: Buffer.from(body).toString('latin1') });
        expect(told['x-oauth-body-verified']).toBe('false');
      },
    );

    it(`the store out of reach: ${lost}, and nothing reaches the API`, async () => {
      wayToDatabase.cut();
      try {
        const reply = await ask(sign('/photos'));
        expect(reply.status).toBe(lost);
        if (lost === 503) expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
        expect(api.taken()).toEqual([]);
      } finally {
        wayToDatabase.mend();
      }
    });
  });
});
