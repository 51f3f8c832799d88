import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';

/**
 * Resolves to the content of the file. Creates the file with `content` if it does not exist (mode 600). Of concurrent
 * processes, one writes and all get its value; none ever reads a partial file.
 */
export async function writeOnce(
  file: string,
  content: string,
): Promise<{ content: string; written: boolean }> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx', flush: true });
    await link(draft, file);
    return { content, written: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
    return { content: await readFile(file, 'utf8'), written: false };
  } finally {
    await rm(draft, { force: true });
  }
}
