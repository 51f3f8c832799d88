import { describeWith } from '../../support/debian-tools.js';
import { GATEWAYS } from '../../support/gateway-cases.js';
import type { GatewayProcess } from '../../support/gateway-process.js';
import { send } from '../../support/http.js';
import {
  bearerToken,
  issuerForAllTests,
  resourceServerEnv,
  unverified,
} from '../../support/platform-issuer.js';
import { startApi, type ApiProcess } from '../../support/api-process.js';
import { startRecordingApi, type RecordingApi } from '../../support/recording-api.js';
import { ADMIN_API_KEY } from '../../support/service.js';
import { signRequest, type SigningInput } from '../../support/signing-client.js';

/** Headers that a client could forge as a token. */
const FORGED = [
  ['X-OAuth-Assertion', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.'],
  ['x-oauth-assertion', 'forged'],
  ['X_OAuth_Assertion', 'forged'],
  ['X-OAuth_Assertion', 'forged'],
  ['X_OAuth-Assertion', 'forged'],
] as const;

describe('docs/platform-tokens.md: an upstream that knows nothing but JWTs', () => {
  const issuer = issuerForAllTests();
  let api: ApiProcess;
  let recording: RecordingApi;

  beforeAll(async () => {
    const env = resourceServerEnv(issuer.all.service);
    api = await startApi(process.execPath, () => ['docs/integrating/resource-server.mjs'], env);
    recording = await startRecordingApi();
  });
  afterAll(async () => {
    await api?.stop();
    await recording?.stop();
  });

  describe.each(GATEWAYS)('docs/gateways/$page', ({ name, tool, start }) => {
    describeWith([tool], `${name} hands the assertion on as Authorization: Bearer`, () => {
      let toApi: GatewayProcess;
      let toRecording: GatewayProcess;

      beforeAll(async () => {
        const verifier = new URL(issuer.all.service.adminBase).host;
        const wiring = { verifier, gatewayKey: ADMIN_API_KEY };
        toApi = await start({ ...wiring, upstream: api.address });
        toRecording = await start({ ...wiring, upstream: recording.address });
      });
      beforeEach(() => void recording.taken());
      afterAll(async () => {
        await toApi?.stop();
        await toRecording?.stop();
      });

      const ask = (
        { base }: GatewayProcess,
        input: Partial<SigningInput> = {},
        more: readonly (readonly [string, string])[] = [],
      ) => {
        const { consumer, token } = issuer.all;
        const url = `${base}/photos`;
        const signed = signRequest({ method: 'GET', url, ...consumer, ...token, ...input });
        return send({ base, ...signed, headers: [...signed.headers, ...more] });
      };
      /** The token headers that reached the API, with normalized names. */
      const reached = () => {
        const [request] = recording.taken();
        return request?.headers
          .map(([header, value]) => [header.toLowerCase().replaceAll('_', '-'), value] as const)
          .filter(([header]) => ['authorization', 'x-oauth-assertion'].includes(header));
      };

      it('and the API takes it', async () => {
        const reply = await ask(toApi);
        expect([reply.status, reply.json()]).toEqual([
          200,
          { sub: 'jane', client: issuer.all.consumer.consumerKey, scope: 'photos profile' },
        ]);
      });

      it('two-legged, too: the API tells by the scope what may be done', async () => {
        const twoLegged = { token: undefined, tokenSecret: undefined };
        expect((await ask(toApi, twoLegged)).status).toBe(403);
        const reply = await ask(toApi, { ...twoLegged, url: `${toApi.base}/whoami` });
        expect(reply.json()).toEqual({ sub: issuer.all.consumer.consumerKey });
      });

      it('and nothing of the client’s own under either name', async () => {
        expect((await ask(toRecording, {}, FORGED)).status).toBe(200);
        const [[header, value = ''] = [], ...others] = reached() ?? [];
        expect([header, others]).toEqual(['authorization', []]);
        const [scheme, jwt = ''] = value.split(' ');
        expect([scheme, unverified(jwt).payload]).toMatchObject(['Bearer', { sub: 'jane' }]);
      });

      it('and not the client’s Authorization beside a signature in the query', async () => {
        const { service, consumer } = issuer.all;
        const stolen = await bearerToken(
          service,
          consumer,
          await service.accessToken(consumer, 'jo'),
        );
        const beside = [['Authorization', `Bearer ${stolen}`], ...FORGED] as const;
        const reply = await ask(toApi, { place: 'query' }, beside);
        expect([reply.status, reply.json()]).toMatchObject([200, { sub: 'jane' }]);
        expect((await ask(toRecording, { place: 'query' }, beside)).status).toBe(200);
        const told = reached() ?? [];
        expect(told.map(([header]) => header)).toEqual(['authorization']);
        expect(told[0]?.[1]).not.toContain(stolen);
      });
    });
  });

  it('the API refuses what is no JWT of the issuer, by itself', async () => {
    const { service, consumer, token } = issuer.all;
    const jwt = await bearerToken(service, consumer, token);
    const [head, , signature] = jwt.split('.');
    const claims = { ...unverified(jwt).payload, sub: 'admin' };
    const changed = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    const status = async (authorization?: string) =>
      (
        await api.ask(
          '/photos',
          authorization === undefined ? [] : [['Authorization', authorization]],
        )
      ).status;
    expect(await status(`Bearer ${jwt}`)).toBe(200);
    for (const refused of [
      undefined,
      'Bearer',
      `Bearer ${changed}`,
      `OAuth ${jwt}`,
      `Bearer ${head}..`,
    ]) {
      expect([refused, await status(refused)]).toEqual([refused, 401]);
    }
  });

  it('a client that moves: one signed request, and bearer tokens from there on', async () => {
    const { service, consumer, token } = issuer.all;
    const reply = await service.signed({
      method: 'POST',
      target: '/oauth/oauth10/platform-token?scope=photos',
      ...consumer,
      ...token,
    });
    const told = reply.json<{ access_token: string; token_type: string }>();
    const asked = await api.ask('/photos', [
      ['Authorization', `${told.token_type} ${told.access_token}`],
    ]);
    expect([asked.status, asked.json()]).toMatchObject([200, { sub: 'jane', scope: 'photos' }]);
  });
});
