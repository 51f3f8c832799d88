import { loadEnvFile } from 'node:process';

/**
 * Adds what `.env` in the working directory says to the environment, where there is such a file. What
 * is set already stays, so that the file never overrules whoever started the process.
 *
 * @throws Error that names the file when it is there and can't be read
 */
export function addEnvFile(path = '.env'): void {
  try {
    loadEnvFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new Error(`${path} can't be read: ${code}`);
  }
}
