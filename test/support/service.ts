import { randomBytes } from 'node:crypto';
import { readSettings } from '../../src/config/settings.js';
import { startService } from '../../src/programs/start-service.js';
import { send, type HttpReply, type HttpRequest } from './http.js';
import { signRequest, type SigningInput } from './signing-client.js';

export const ADMIN_API_KEY = 'test-admin-api-key-0123456789abcdef';
// One key for all services of a test file, because replicas share their keys.
export const SECRET_KEYS = `test:${randomBytes(32).toString('base64')}`;

/** A consumer as registered over the admin API. */
export interface TestConsumer {
  readonly consumerKey: string;
  readonly consumerSecret: string;
}

/** Credentials as a client stores them. */
export interface TestCredentials {
  readonly token: string;
  readonly tokenSecret: string;
}

export type TestService = Awaited<ReturnType<typeof startTestService>>;

/**
 * Starts the whole service in this process, on free ports, and offers what tests do over HTTP. A `DATABASE_URL` in
 * the settings, such as that of a proxy, overrides the first argument.
 */
export async function startTestService(databaseUrl: string, env: Record<string, string> = {}) {
  const settings = readSettings({
    PORT: '0',
    ADMIN_PORT: '0',
    SECRET_KEYS,
    ADMIN_API_KEY,
    LOG_LEVEL: 'error',
    DATABASE_URL: databaseUrl,
    ...env,
  });
  const running = await startService(settings, settings.databaseUrl ?? databaseUrl);
  const { public: port, admin: adminPort } = running.ports;
  const publicBase = `http://127.0.0.1:${port}`;
  const adminBase = `http://127.0.0.1:${adminPort}`;

  const admin = async (method: string, target: string, body?: unknown): Promise<HttpReply> =>
    send({
      base: adminBase,
      method,
      target,
      headers: [
        ['Authorization', `Bearer ${ADMIN_API_KEY}`],
        ...(body === undefined ? [] : [['Content-Type', 'application/json'] as [string, string]]),
      ],
      body: body === undefined ? undefined : JSON.stringify(body),
    });

  /** Sends a file to the admin API, as lines of JSON. */
  const adminFile = async (target: string, body: string | Buffer): Promise<HttpReply> =>
    send({
      base: adminBase,
      method: 'POST',
      target,
      headers: [
        ['Authorization', `Bearer ${ADMIN_API_KEY}`],
        ['Content-Type', 'application/x-ndjson'],
      ],
      body,
    });

  const signed = async (
    options: Omit<SigningInput, 'url'> & { target: string },
    extra: Partial<HttpRequest> = {},
  ): Promise<HttpReply> => {
    const { target, ...rest } = options;
    return sendSigned(signRequest({ ...rest, url: publicBase + target }), extra);
  };

  return {
    ...running,
    port,
    adminPort,
    publicBase,
    adminBase,
    admin,
    adminFile,
    signed,

    async registerConsumer(registration: Record<string, unknown> = {}): Promise<TestConsumer> {
      const reply = await admin('POST', '/admin/consumers', {
        name: 'Test consumer',
        callbackUrls: ['http://client.example.com/ready'],
        scopes: ['photos', 'profile'],
        ...registration,
      });
      if (reply.status !== 201) throw new Error(`No consumer: ${reply.status} ${reply.text}`);
      return reply.json<TestConsumer>();
    },

    async initiate(consumer: TestConsumer, callback = 'oob'): Promise<TestCredentials> {
      const reply = await signed({
        method: 'POST',
        target: '/oauth/oauth10/initiate',
        ...consumer,
        callback,
      });
      return credentialsIn(reply);
    },

    async accept(token: string, subject = 'jane'): Promise<string> {
      const reply = await admin('POST', `/admin/authorization-requests/${token}/accept`, {
        subject,
      });
      if (reply.status !== 200) throw new Error(`Not accepted: ${reply.status} ${reply.text}`);
      return reply.json<{ oauthVerifier: string }>().oauthVerifier;
    },

    exchange(
      consumer: TestConsumer,
      temporary: TestCredentials,
      verifier: string,
      options: Partial<SigningInput> = {},
    ): Promise<HttpReply> {
      return signed({
        method: 'GET',
        target: '/oauth/oauth10/token',
        ...consumer,
        ...temporary,
        verifier,
        ...options,
      });
    },

    /** The flow of RFC 5849 section 1.2, for tests that need an access token. */
    async accessToken(consumer: TestConsumer, subject = 'jane'): Promise<TestCredentials> {
      const temporary = await this.initiate(consumer);
      const verifier = await this.accept(temporary.token, subject);
      return credentialsIn(await this.exchange(consumer, temporary, verifier));
    },
  };
}

/** Sends a request made by the signing client. */
export function sendSigned(
  request: ReturnType<typeof signRequest>,
  extra: Partial<HttpRequest> = {},
): Promise<HttpReply> {
  const { url, method, target, headers, body } = request;
  return send({ base: new URL(url).origin, method, target, headers, body, ...extra });
}

/** The credentials in a reply of section 2.1 or 2.3. */
export function credentialsIn(reply: HttpReply): TestCredentials {
  if (reply.status !== 200) throw new Error(`No credentials: ${reply.status} ${reply.text}`);
  const { oauth_token: token = '', oauth_token_secret: tokenSecret = '' } = reply.form();
  return { token, tokenSecret };
}
