import { loadEnvFile } from 'node:process';

/**
 * Adds the variables of `.env` in the working directory to the environment, if the file exists. Variables that are
 * already set take precedence.
 *
 * @throws Error that names the file if it exists but is not readable
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
