import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './free-port.js';

export const CONSENT_APP_FILE = join(__dirname, '../../docs/examples/consent-app.mjs');

/** The consent app of docs/consent-app.md in its own process. */
export class TestConsentApp {
  /** All output so far, stdout and stderr. */
  output = '';
  private stopping: (() => Promise<unknown>) | undefined;

  private constructor(private readonly port: number) {}

  /** Reserves a port, because the service has to know the app's address first. start() starts the app. */
  static async reserve(): Promise<TestConsentApp> {
    return new TestConsentApp(await freePort());
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The value for CONSENT_URL of the service. */
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
