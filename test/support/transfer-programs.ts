import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN_API_KEY } from './service.js';
import { consumer, file, token } from './transfer-lines.js';

/** Starts one of the programs that run beside the service, built, on a database. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: { DATABASE_URL: string; SECRET_KEYS: string },
) {
  const child = spawn(
    process.execPath,
    ['dist/programs/oauth10.js', ...program.split(' '), ...args],
    {
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', ADMIN_API_KEY, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
  return { child, ended };
}

/** Writes a file of a consumer and so many tokens. @returns its path */
export function writeTransferFile(folder: string, tokens: number): string {
  const path = join(folder, 'printer.ndjson');
  const lines = Array.from({ length: tokens }, (_, n) =>
    token({ token: `printer-${n}`, tokenSecret: `secret ${n}`, subject: `person ${n}` }),
  );
  writeFileSync(path, file(consumer({ consumerSecret: 'its secret' }), ...lines));
  return path;
}
