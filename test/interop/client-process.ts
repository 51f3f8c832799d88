import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BUILT, type InteropClient } from './clients.js';

/** One line of input for a driver: see clients/README.md. */
export interface Order {
  readonly operation: 'initiate' | 'exchange' | 'request';
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly token?: string | undefined;
  readonly tokenSecret?: string | undefined;
  readonly method: string;
  readonly signatureMethod: string;
  readonly url: string;
  readonly kind: 'callback' | 'verifier' | 'none' | 'form' | 'json';
  readonly payload?: string | undefined;
}

export interface Answer {
  readonly status: number | 'unable';
  /** The reply's body, or why there is none. */
  readonly body: string;
}

const DRIVERS = join(__dirname, 'clients');
const BUILD_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 20_000;

/** A running driver of a client. */
export class ClientProcess {
  private complaints = '';

  private constructor(
    private readonly process: ChildProcess,
    private readonly answers: AsyncIterator<string>,
    private readonly folder: string,
  ) {
    process.stderr?.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()));
  }

  /** Builds the driver if necessary, and starts it. The driver trusts the certificate, if one is given. */
  static async start(client: InteropClient, certificateFile?: string): Promise<ClientProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'oauth10-interop-'));
    const built = join(folder, 'driver');
    const env = {
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
      HOME: folder,
      GOCACHE: join(folder, 'go-cache'),
      ...(certificateFile && { NODE_EXTRA_CA_CERTS: certificateFile }),
      ...client.env,
    };
    const placed = (command: readonly string[]): [string, ...string[]] => {
      const [program = '', ...args] = command.map((word) => (word === BUILT ? built : word));
      return [program, ...args];
    };
    if (client.build) {
      const [program, ...args] = placed(client.build);
      const options = { cwd: DRIVERS, env, timeout: BUILD_TIMEOUT_MS, encoding: 'utf8' } as const;
      const build = spawnSync(program, args, options);
      if (build.status !== 0) throw new Error(`${client.name}: ${build.stderr}`);
    }
    const [program, ...args] = placed(client.run);
    const child = spawn(program, args, { cwd: DRIVERS, env, stdio: 'pipe' });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return new ClientProcess(child, lines, folder);
  }

  /** Makes the client sign and send one request. */
  async ask(order: Order): Promise<Answer> {
    const fields = [
      order.operation,
      order.consumerKey,
      order.consumerSecret,
      order.token ?? '',
      order.tokenSecret ?? '',
      order.method,
      order.signatureMethod,
      order.url,
      order.kind,
      order.payload ?? '',
    ];
    this.process.stdin?.write(`${fields.join('\t')}\n`);
    const silence = setTimeout(() => this.process.kill('SIGKILL'), ANSWER_TIMEOUT_MS);
    const line = await this.answers.next();
    clearTimeout(silence);
    if (line.done) throw new Error(`The driver ended: ${this.complaints}`);
    const [status = '', ...body] = line.value.split('\t');
    return { status: status === 'unable' ? status : Number(status), body: body.join('\t') };
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}
