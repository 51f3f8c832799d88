import { addEnvFile } from '../../config/env-file.js';
import { ClientSettingsError, readClientSettings } from '../../config/client-settings.js';
import { AdminApi, AdminApiError, type Page } from './admin-api.js';
import { propertyLines, Table } from './table.js';

/** The options of every command over REST. */
export interface RestOptions {
  readonly apiKeyFile?: string;
  readonly json?: boolean;
}

/** The request is impossible. The message says why. */
export class RestProgramError extends Error {}

/**
 * Runs a command over REST and exits with the code that `work` returns; with 1 if the service refuses the call, with
 * 2 if the service did not respond.
 */
export async function runRestProgram(
  { apiKeyFile }: RestOptions,
  work: (api: AdminApi) => Promise<number | void>,
): Promise<void> {
  endWithReader();
  try {
    addEnvFile();
    process.exitCode = (await work(new AdminApi(readClientSettings(apiKeyFile)))) ?? 0;
  } catch (error) {
    const isExpected = [AdminApiError, ClientSettingsError, RestProgramError].some(
      (kind) => error instanceof kind,
    );
    const { message, stack } = error as Error;
    process.stderr.write(`${isExpected ? message : (stack ?? message)}\n`);
    process.exitCode = error instanceof AdminApiError && error.status !== undefined ? 1 : 2;
  }
}

/** The reader may stop early (`| head`). Then the program ends. */
function endWithReader(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    process.exit(code === 'EPIPE' ? 0 : 2);
  });
}

/** Writes to standard output, and waits for a slow reader. */
export function say(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}

/** Prints one object: its properties, or its JSON. */
export async function show(thing: unknown, { json }: RestOptions): Promise<void> {
  await say(
    json
      ? `${JSON.stringify(thing ?? null, undefined, 2)}\n`
      : propertyLines(thing as Record<string, unknown>)
          .map((line) => `${line}\n`)
          .join(''),
  );
}

/** Prints a confirmation for an action without a result. */
export async function done(sentence: string, { json }: RestOptions): Promise<void> {
  await say(json ? '{}\n' : `${sentence}\n`);
}

/**
 * Prints a list: a table, or one JSON object `{items, nextCursor}` in the format of the API, for any number of pages.
 */
export async function list(
  pages: AsyncIterable<Page>,
  columns: readonly string[],
  { json }: RestOptions,
): Promise<void> {
  const table = new Table(columns);
  let next: string | null = null;
  let count = 0;
  if (json) await say('{"items":[');
  for await (const { items, nextCursor } of pages) {
    const lines = json ? items.map((item) => JSON.stringify(item)) : table.lines(items);
    const text = lines.join(json ? ',\n' : '\n');
    if (lines.length > 0) await say(json ? (count > 0 ? ',\n' : '\n') + text : `${text}\n`);
    count += items.length;
    next = nextCursor;
  }
  if (json) return say(`\n],"nextCursor":${JSON.stringify(next)}}\n`);
  if (next !== null) process.stderr.write(`There is more: --all, or --cursor ${next}\n`);
}
