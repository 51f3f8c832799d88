import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withDevelopmentSecrets } from './development-secrets.js';
import { readSettings } from './settings.js';

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

  it('are never made in production', async () => {
    const settings = readSettings({
      NODE_ENV: 'production',
      DATA_DIR: dataDir,
      DATABASE_URL: 'postgres://db.example.com/oauth10',
      SECRET_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
      ADMIN_JWKS_URL: 'https://login.example.com/jwks',
    });
    expect(await withDevelopmentSecrets(settings)).toEqual({ settings, kept: [] });
    await expect(stat(dataDir)).rejects.toThrow('ENOENT');
  });
});
