import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describeWith, NGINX } from '../../support/debian-tools.js';
import { freePort } from '../../support/free-port.js';
import { startNginxSite, type GatewayProcess } from '../../support/gateway-process.js';
import { databaseForAllTests } from '../../support/service-for-all-tests.js';
import { startTestService, type TestService } from '../../support/service.js';
import { send } from '../../support/http.js';

type Pair = (error: unknown, token: string, secret: string) => void;

/** The methods of npm's oauth that this test uses; the package has no types. */
interface OldClient {
  getOAuthRequestToken(done: Pair): void;
  getOAuthAccessToken(token: string, secret: string, verifier: string, done: Pair): void;
  get(
    url: string,
    token: string,
    secret: string,
    done: (error: unknown, body: string) => void,
  ): void;
}
// eslint-disable-next-line @typescript-eslint/no-require-imports -- a CommonJS package without types
const { OAuth } = require('oauth') as { OAuth: new (...args: unknown[]) => OldClient };

/** Resolves to the token and its secret. A refusal rejects with the client's error. */
const pair = (ask: (done: Pair) => void): Promise<[token: string, secret: string]> =>
  new Promise((resolve, reject) =>
    ask((error, ...both) => (error ? reject(new Error(JSON.stringify(error))) : resolve(both))),
  );

const ALIASES =
  '/oauth/request_token=initiate,/oauth/authorize=authorize,/oauth/access_token=token';
const CALLBACK = 'https://printer.example.com/ready';

/** The nginx server block of docs/migrating.md, adapted to this machine. */
function documentedSite(port: number, upstream: string): string {
  const [, block = ''] =
    /^ {3}```nginx\n([\s\S]*?)^ {3}```$/m.exec(readFileSync('docs/migrating.md', 'utf8')) ?? [];
  expect(block).toContain('127.0.0.1:3000');
  return block
    .replace('listen 80', `listen 127.0.0.1:${port}`)
    .replaceAll('127.0.0.1:3000', upstream);
}

describeWith([NGINX], 'docs/migrating.md: the addresses of the old provider behind nginx', () => {
  const database = databaseForAllTests();
  let service: TestService | undefined;
  let nginx: GatewayProcess | undefined;

  afterEach(async () => {
    await nginx?.stop();
    await service?.stop(0);
    [nginx, service] = [undefined, undefined];
  });

  /** A client with the three addresses runs the whole flow. Resolves to the reply to its last request. */
  async function dance(base: string): Promise<unknown> {
    const { consumerKey, consumerSecret } = await service!.registerConsumer({
      callbackUrls: [CALLBACK],
    });
    const client = new OAuth(
      `${base}/oauth/request_token`,
      `${base}/oauth/access_token`,
      consumerKey,
      consumerSecret,
      '1.0A',
      CALLBACK,
      'HMAC-SHA1',
    );
    const [token, secret] = await pair((done) => client.getOAuthRequestToken(done));
    const page = await send({
      base,
      target: `${new URL(base).pathname.replace(/\/$/, '')}/oauth/authorize?oauth_token=${token}`,
    });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('/oauth/auz/sign-in')]);
    const accepted = await service!.admin('POST', `/admin/authorization-requests/${token}/accept`, {
      subject: 'jane',
    });
    const verifier = accepted.json().oauthVerifier as string;
    const [accessToken, accessSecret] = await pair((done) =>
      client.getOAuthAccessToken(token, secret, verifier, done),
    );
    const get = promisify(client.get.bind(client));
    return JSON.parse(await get(`${base}/oauth/oauth10/echo`, accessToken, accessSecret));
  }

  it('the three addresses are served as they were', async () => {
    service = await startTestService(database.url, {
      ENDPOINT_ALIASES: ALIASES,
      TRUST_PROXY: '127.0.0.1',
    });
    const upstream = new URL(service.publicBase).host;
    nginx = await startNginxSite((port) => documentedSite(port, upstream));
    expect(await dance(nginx.base)).toMatchObject({ subject: 'jane' });
  });

  it('also where the proxy takes a part of the path off', async () => {
    const port = await freePort();
    const base = `http://127.0.0.1:${port}/auth`;
    service = await startTestService(database.url, {
      ENDPOINT_ALIASES: ALIASES,
      TRUST_PROXY: '127.0.0.1',
      PUBLIC_URL: base,
    });
    const upstream = new URL(service.publicBase).host;
    nginx = await startNginxSite(
      () =>
        documentedSite(port, upstream)
          .replace('location /', 'location /auth/')
          .replace(`proxy_pass http://${upstream}`, `proxy_pass http://${upstream}/`),
      port,
    );
    expect(await dance(base)).toMatchObject({ subject: 'jane' });
  });
});
