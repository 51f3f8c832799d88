import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSecretKeys } from './secret-keys.js';
import { Settings } from './settings.js';
import { writeOnce } from './write-once.js';

/** A secret that lies in a file under DATA_DIR, since the environment sets none. */
export interface KeptSecret {
  readonly name: 'SECRET_KEYS' | 'ADMIN_API_KEY';
  readonly file: string;
}

const random = (octets: number, encoding: 'base64' | 'hex'): string =>
  randomBytes(octets).toString(encoding);

/**
 * In development, fills in SECRET_KEYS and ADMIN_API_KEY where they are missing: generated once and
 * kept under DATA_DIR (mode 600). Of two starts that race, both end up with the same values.
 * In production nothing is made up; there readSettings() insists on both.
 */
export async function withDevelopmentSecrets(
  settings: Settings,
): Promise<{ settings: Settings; kept: KeptSecret[] }> {
  if (settings.production) return { settings, kept: [] };
  const kept: KeptSecret[] = [];
  const keep = async (name: KeptSecret['name'], fileName: string, fresh: string) => {
    await mkdir(settings.dataDir, { recursive: true });
    const file = join(settings.dataDir, fileName);
    const { content } = await writeOnce(file, `${fresh}\n`);
    kept.push({ name, file });
    return content.trim();
  };
  const secretKeys =
    settings.secretKeys.length > 0
      ? settings.secretKeys
      : parseSecretKeys(await keep('SECRET_KEYS', 'secret-keys', `dev1:${random(32, 'base64')}`));
  const adminApiKey =
    settings.adminApiKey ?? (await keep('ADMIN_API_KEY', 'admin-api-key', random(32, 'hex')));
  return { settings: new Settings({ ...settings, secretKeys, adminApiKey }), kept };
}
