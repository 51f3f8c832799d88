import { addEnvFile } from '../../config/env-file.js';
import { ClientSettingsError, readClientSettings } from '../../config/client-settings.js';
import { AdminApi, AdminApiError, type Page } from './admin-api.js';
import { propertyLines, Table } from './table.js';

/** What each command over REST understands. */
export interface RestOptions {
  readonly apiKeyFile?: string;
  readonly json?: boolean;
}

/** What can't be done as it was asked: the message says why. */
export class RestProgramError extends Error {}

/**
 * Works with a service over REST, and ends the process with the code that the work gives; with 1 when the
 * service says no, with 2 when it could not be asked.
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

/** Who reads may have read enough (`| head`): then there is nothing more to do. */
function endWithReader(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    process.exit(code === 'EPIPE' ? 0 : 2);
  });
}

/** Writes, and waits while the reader is slower. */
export function say(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}

/** One thing: its properties, or its JSON. */
export async function show(thing: unknown, { json }: RestOptions): Promise<void> {
  await say(
    json
      ? `${JSON.stringify(thing ?? null, undefined, 2)}\n`
      : propertyLines(thing as Record<string, unknown>)
          .map((line) => `${line}\n`)
          .join(''),
  );
}

/** What was done where there is nothing to show. */
export async function done(sentence: string, { json }: RestOptions): Promise<void> {
  await say(json ? '{}\n' : `${sentence}\n`);
}

/** A list: a table, or one JSON object `{items, nextCursor}` as the API has it, whatever the pages. */
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
