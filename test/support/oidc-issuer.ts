import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { send, type HttpReply } from './http.js';

const PROGRAM = join(__dirname, 'oidc-issuer-process.mjs');
const CLIENT_ID = 'oauth10';
const CLIENT_SECRET = 'issued-to-the-service';

/** An OpenID Connect issuer (npm oidc-provider) that accepts any account. Tests can stop and restart it. */
export class TestIssuer {
  private stopping: (() => Promise<void>) | undefined;

  private constructor(
    readonly url: string,
    private readonly port: number,
  ) {}

  /** Reserves a port for the issuer. start() starts it. */
  static async reserve(): Promise<TestIssuer> {
    const port = await freePort();
    return new TestIssuer(`http://127.0.0.1:${port}`, port);
  }

  /** The service's settings for this issuer. */
  get env(): Record<string, string> {
    return {
      OIDC_ISSUER: this.url,
      OIDC_CLIENT_ID: CLIENT_ID,
      OIDC_CLIENT_SECRET: CLIENT_SECRET,
    };
  }

  /** The console's settings for this issuer. */
  get staffEnv(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.env).map(([name, value]) => [`STAFF_${name}`, value]),
    );
  }

  /**
   * @param serviceBase origin of the listener to which browsers return
   * @param path of the redirect URI there
   */
  async start(serviceBase: string, path = '/oauth/auz/signed-in'): Promise<void> {
    const redirectUri = serviceBase + path;
    const args = [PROGRAM, String(this.port), redirectUri, CLIENT_ID, CLIENT_SECRET];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    const listening = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => chunk.includes('listening') && resolve());
    });
    await Promise.race([
      listening,
      ended.then(() => Promise.reject(new Error('The issuer did not start'))),
    ]);
    this.stopping = async () => {
      child.stdin.end();
      await ended;
    };
  }

  async stop(): Promise<void> {
    await this.stopping?.();
    this.stopping = undefined;
  }

  /**
   * Acts as the browser at the issuer, from the redirect to the issuer until the redirect back.
   *
   * @returns path and query of the redirect back
   */
  async visit(
    authorizationUrl: string,
    answer: { account: string } | 'cancel' = { account: 'jane' },
  ): Promise<string> {
    const cookies = new Map<string, string>();
    const form =
      answer === 'cancel' ? 'do=cancel' : `do=login&login=${encodeURIComponent(answer.account)}`;
    let reply = await this.request(authorizationUrl, cookies);
    for (let hops = 0; hops < 5; hops += 1) {
      const location = new URL(reply.headers['location'] ?? '', this.url);
      if (location.origin !== this.url) return location.pathname + location.search;
      const asks = location.pathname.startsWith('/interaction/');
      reply = await this.request(location.href, cookies, asks ? form : undefined);
    }
    throw new Error('The issuer sends the browser in circles');
  }

  private async request(
    url: string,
    cookies: Map<string, string>,
    body?: string,
  ): Promise<HttpReply> {
    const { origin, pathname, search } = new URL(url);
    const reply = await send({
      base: origin,
      method: body === undefined ? 'GET' : 'POST',
      target: pathname + search,
      headers: [['Cookie', [...cookies].map((pair) => pair.join('=')).join('; ')]],
      body,
    });
    for (const [name, value] of reply.rawHeaders) {
      const [, key, content] = /^([^=]+)=([^;]*)/.exec(value) ?? [];
      if (name.toLowerCase() === 'set-cookie' && key) cookies.set(key, content ?? '');
    }
    return reply;
  }
}
