import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSecretKeys } from './secret-keys.js';
import { Settings, SettingsError } from './settings.js';
import { adminApiKey as parseAdminApiKey } from './value-parsers.js';
import { writeOnce } from './write-once.js';

/** A secret in a file under DATA_DIR, because the environment does not set it. */
export interface KeptSecret {
  readonly name: 'SECRET_KEYS' | 'ADMIN_API_KEY';
  readonly file: string;
}

const random = (octets: number, encoding: 'base64' | 'hex'): string =>
  randomBytes(octets).toString(encoding);

/**
 * In development, generates SECRET_KEYS and ADMIN_API_KEY if they are missing, and keeps them under DATA_DIR (mode
 * 600). Concurrent starts get the same values. In production it generates nothing, and readSettings() requires both.
 *
 * @throws SettingsError if a file cannot be kept, or contains a value that the variable could not have. An editor may
 * have truncated the key, and a truncated key must not be used.
 */
export async function withDevelopmentSecrets(
  settings: Settings,
): Promise<{ settings: Settings; kept: KeptSecret[] }> {
  if (settings.production) return { settings, kept: [] };
  const kept: KeptSecret[] = [];
  const keep = async <Value>(
    name: KeptSecret['name'],
    fileName: string,
    fresh: string,
    parse: (text: string) => Value,
  ): Promise<Value> => {
    const file = join(settings.dataDir, fileName);
    try {
      await mkdir(settings.dataDir, { recursive: true });
      const { content } = await writeOnce(file, `${fresh}\n`);
      kept.push({ name, file });
      return parse(content.trim());
    } catch (error) {
      throw new SettingsError([`${name}, kept in ${file}, ${whyUnusable(error)}`]);
    }
  };
  const secretKeys =
    settings.secretKeys.length > 0
      ? settings.secretKeys
      : await keep('SECRET_KEYS', 'secret-keys', `dev1:${random(32, 'base64')}`, parseSecretKeys);
  const adminApiKey =
    settings.adminApiKey ??
    (await keep('ADMIN_API_KEY', 'admin-api-key', random(32, 'hex'), parseAdminApiKey));
  const adminApiKeyFile = kept.find(({ name }) => name === 'ADMIN_API_KEY')?.file;
  return {
    settings: new Settings({ ...settings, secretKeys, adminApiKey, adminApiKeyFile }),
    kept,
  };
}

/** A parser's message completes the sentence. A system error's message does not, so its code is used. */
function whyUnusable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined
    ? message
    : `can't be read or written (${code}): set DATA_DIR to a directory of your own`;
}
