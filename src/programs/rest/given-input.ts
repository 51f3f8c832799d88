import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { RestProgramError } from './rest-program.js';

/**
 * The content of a file; `-` is standard input.
 *
 * @throws RestProgramError
 */
export async function readGiven(file: string): Promise<Buffer> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    throw new RestProgramError(`${file} can't be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** @throws RestProgramError, which contains nothing of the input */
export async function readJsonObject(file: string): Promise<Record<string, unknown>> {
  const text = (await readGiven(file)).toString();
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Reported below.
  }
  throw new RestProgramError(`${file} is no JSON object`);
}
