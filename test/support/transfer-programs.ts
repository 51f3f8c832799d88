import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from './database.js';
import { ADMIN_API_KEY } from './service.js';
import { consumer, file, token } from './transfer-lines.js';

/** Starts one of the built import or export programs on a database. */
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

/** Writes a file with a consumer and this many tokens. @returns its path */
export function writeTransferFile(folder: string, tokens: number): string {
  const path = join(folder, 'printer.ndjson');
  const lines = Array.from({ length: tokens }, (_, n) =>
    token({ token: `printer-${n}`, tokenSecret: `secret ${n}`, subject: `person ${n}` }),
  );
  writeFileSync(path, file(consumer({ consumerSecret: 'its secret' }), ...lines));
  return path;
}

/**
 * A database and an empty folder, in `at`, for each test of the enclosing block, and functions that run the programs.
 *
 * @param secretKeys SECRET_KEYS of the programs, unless a start names others
 */
export function transferPrograms(secretKeys: string) {
  const at = {} as { database: TestDatabase; folder: string };
  beforeEach(async () => {
    at.database = await createTestDatabase();
    at.folder = mkdtempSync(join(tmpdir(), 'oauth10-transfer-'));
  });
  afterEach(async () => {
    // Both are undefined if the setup of the test failed.
    await (at as Partial<typeof at>).database?.drop();
    rmSync(at.folder, { recursive: true, force: true });
  });

  const start = (program: string, args: readonly string[], keys = secretKeys) =>
    startProgram(program, args, { DATABASE_URL: at.database.url, SECRET_KEYS: keys });
  const run = (program: string, ...args: string[]) => start(program, args).ended;
  const fileOf = (tokens: number) => writeTransferFile(at.folder, tokens);
  const count = async (table: string): Promise<number> => {
    const [row] = await at.database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    return row?.n ?? 0;
  };
  return { at, start, run, fileOf, count };
}
