import { spawn, type ChildProcess } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DebianTool } from '../support/debian-tools.js';
import type { Judgement, Verdict } from './judgement.js';
import type { Specimen } from './wire-request.js';

const PYTHON = '/usr/bin/python3';

export const OAUTHLIB: DebianTool = {
  debianPackage: 'python3-oauthlib',
  probe: [PYTHON, '-c', 'import oauthlib.oauth1, jwt, cryptography'],
};

type Answer = [verdict: Verdict, baseString: string | null, detail: string];

/** oauthlib in a Python process that runs until the end of the test. */
export class OauthlibOracle {
  private complaints = '';

  private constructor(
    private readonly process: ChildProcess,
    private readonly answers: AsyncIterator<string>,
    private readonly folder: string,
  ) {
    process.stderr?.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()));
    // Ignores writes to a process that has exited. judge() reports its error output.
    process.stdin?.on('error', () => undefined);
  }

  /** Starts the process with the key for RSA signatures. */
  static async start(rsaPublicKey: KeyObject): Promise<OauthlibOracle> {
    const folder = await mkdtemp(join(tmpdir(), 'oauth10-differential-'));
    const keyFile = join(folder, 'public-key.pem');
    await writeFile(keyFile, rsaPublicKey.export({ type: 'spki', format: 'pem' }));
    const process = spawn(PYTHON, [join(__dirname, 'oauthlib_oracle.py'), keyFile]);
    const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    return new OauthlibOracle(process, lines, folder);
  }

  /** The judgements of these requests, in the same order. */
  async judge(specimens: readonly Specimen[]): Promise<Judgement[]> {
    this.process.stdin?.write(`${JSON.stringify(specimens.map(asQuestion))}\n`);
    const line = await this.answers.next();
    if (line.done) throw new Error(`The oracle ended: ${this.complaints}`);
    const answers = JSON.parse(line.value) as Answer[];
    return answers.map(([verdict, baseString, detail]) => ({
      verdict,
      baseString: baseString ?? undefined,
      detail,
    }));
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The request as a WSGI framework passes it on: octets as Latin-1, the URI assembled. */
function asQuestion({ request, credentials }: Specimen): unknown[] {
  const { scheme, authority, target, authorization, contentType } = request;
  const isAbsolute = /^[a-z]+:\/\//i.test(target);
  const headers: Record<string, string> = {};
  if (authorization !== undefined) headers['Authorization'] = authorization;
  if (contentType !== undefined) headers['Content-Type'] = contentType;
  return [
    isAbsolute ? target : `${scheme}://${authority}${target}`,
    request.method,
    headers,
    request.body,
    credentials.consumerKey,
    credentials.consumerSecret,
    credentials.token ?? null,
    credentials.tokenSecret,
  ];
}
