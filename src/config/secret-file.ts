import { readFileSync } from 'node:fs';

/**
 * Reads a secret from a file. Removes the final line feed, which editors and `echo` add.
 *
 * @throws Error with a `code` if the file is not readable, and without one if it is empty
 */
export function readSecretFile(file: string): string {
  const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  if (text === '') throw new Error('The file of a secret is empty');
  return text;
}
