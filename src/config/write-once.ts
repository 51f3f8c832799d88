import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';

/**
 * Resolves to the content of the file, which is `content` if there was no file yet. Of several
 * processes that race, one writes and all get its value; nobody ever sees half of it. Mode 600.
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
