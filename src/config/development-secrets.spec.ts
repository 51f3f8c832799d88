import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withDevelopmentSecrets } from './development-secrets.js';
import { readSettings, SettingsError } from './settings.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'oauth10-secrets-')), 'not-there-yet');
});
afterEach(() => rm(join(dataDir, '..'), { recursive: true }));

describe('development secrets', () => {
  it('are made once and kept, mode 600', async () => {
    const first = await withDevelopmentSecrets(readSettings({ DATA_DIR: dataDir }));
    const second = await withDevelopmentSecrets(readSettings({ DATA_DIR: dataDir }));
    expect(first.settings.adminApiKey?.length).toBeGreaterThanOrEqual(32);
    expect(first.settings.secretKeys).toHaveLength(1);
    expect(second.settings).toEqual(first.settings);
    for (const { file } of first.kept) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('are what the files say, for whoever needs them by hand', async () => {
    const { settings } = await withDevelopmentSecrets(readSettings({ DATA_DIR: dataDir }));
    const kept = await readFile(join(dataDir, 'admin-api-key'), 'utf8');
    expect(kept.trim()).toBe(settings.adminApiKey);
  });

  it('are the same for all of several starts that race', async () => {
    const starts = Array.from({ length: 8 }, () =>
      withDevelopmentSecrets(readSettings({ DATA_DIR: dataDir })),
    );
    const keys = new Set((await Promise.all(starts)).map(({ settings }) => settings.adminApiKey));
    expect(keys.size).toBe(1);
    expect((await readdir(dataDir)).sort()).toEqual(['admin-api-key', 'secret-keys']);
  });

  it('leave alone what the environment sets', async () => {
    const own = readSettings({ DATA_DIR: dataDir, ADMIN_API_KEY: 'a'.repeat(32) });
    const { settings, kept } = await withDevelopmentSecrets(own);
    expect(settings.adminApiKey).toBe('a'.repeat(32));
    expect(kept.map(({ name }) => name)).toEqual(['SECRET_KEYS']);
  });

  it.each([
    ['admin-api-key', ''],
    ['admin-api-key', '\n'],
    ['admin-api-key', 'cut-short'],
    ['secret-keys', ''],
    ['secret-keys', 'dev1:Y3V0LXNob3J0'],
  ])('are held to the rule of their variable: %s with %j', async (name, content) => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, name), content);
    const attempt = withDevelopmentSecrets(readSettings({ DATA_DIR: dataDir }));
    await expect(attempt).rejects.toBeInstanceOf(SettingsError);
    await expect(attempt).rejects.toThrow(`kept in ${join(dataDir, name)}, must`);
    if (content.trim() !== '') await expect(attempt).rejects.not.toThrow(content);
    expect(await readFile(join(dataDir, name), 'utf8')).toBe(content);
  });

  it('say in words that DATA_DIR can not hold them', async () => {
    await writeFile(dataDir, 'a file where the folder should be');
    const attempt = withDevelopmentSecrets(readSettings({ DATA_DIR: dataDir }));
    await expect(attempt).rejects.toBeInstanceOf(SettingsError);
    await expect(attempt).rejects.toThrow('(EEXIST): set DATA_DIR to');
  });

  it('are never made in production', async () => {
    const settings = readSettings({
      NODE_ENV: 'production',
      DATA_DIR: dataDir,
      DATABASE_URL: 'postgres://db.example.com/oauth10',
      SECRET_KEYS: `k1:${Buffer.from('a key for tests: 32 octets of it').toString('base64')}`,
      ADMIN_JWKS_URL: 'https://login.example.com/jwks',
      ADMIN_JWT_ISSUER: 'https://login.example.com/',
      ADMIN_JWT_AUDIENCE: 'oauth10-admin',
    });
    expect(await withDevelopmentSecrets(settings)).toEqual({ settings, kept: [] });
    await expect(stat(dataDir)).rejects.toThrow('ENOENT');
  });
});
