import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './free-port.js';

export const CONSENT_APP_FILE = join(__dirname, '../../docs/examples/consent-app.mjs');

/** The consent app of docs/consent-app.md, in a process of its own. */
export class TestConsentApp {
  /** All that it wrote so far, to both outputs. */
  output = '';
  private stopping: (() => Promise<unknown>) | undefined;

  private constructor(private readonly port: number) {}

  /** A place for the app, which the service has to know first. start() starts it. */
  static async reserve(): Promise<TestConsentApp> {
    return new TestConsentApp(await freePort());
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** For the service's CONSENT_URL. */
  get url(): string {
    return `${this.origin}/consent`;
  }

  /** @param env at least CONSENT_API_KEY and ADMIN_API */
  async start(env: Record<string, string>): Promise<void> {
    const child = spawn(process.execPath, [CONSENT_APP_FILE], {
      env: { PATH: process.env['PATH'], PORT: String(this.port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const listening = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          this.output += chunk.toString();
          if (this.output.includes('listening')) resolve();
        });
      }
    });
    await Promise.race([
      listening,
      ended.then(() => Promise.reject(new Error(`No consent app: ${this.output}`))),
    ]);
    this.stopping = () => {
      child.kill('SIGTERM');
      return ended;
    };
  }

  async stop(): Promise<void> {
    await this.stopping?.();
    this.stopping = undefined;
  }
}
