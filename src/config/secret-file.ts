import { readFileSync } from 'node:fs';

/**
 * Reads a secret from a file. Editors and `echo` end it with a line feed that belongs to no secret.
 *
 * @throws Error with the `code` of a file that can't be read, and without one for an empty file
 */
export function readSecretFile(file: string): string {
  const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  if (text === '') throw new Error('The file of a secret is empty');
  return text;
}
