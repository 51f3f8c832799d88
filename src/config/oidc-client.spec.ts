import { readSettings, SettingsError } from './settings.js';

const OIDC = {
  OIDC_ISSUER: 'https://login.example.com/',
  OIDC_CLIENT_ID: 'oauth10',
  OIDC_CLIENT_SECRET: 'issued-secret',
};
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://oauth10:secret@db.example.com/oauth10',
  SECRET_KEYS: `k1:${Buffer.from('a key for tests: 32 octets of it').toString('base64')}`,
  ADMIN_API_KEY: 'ab'.repeat(16),
  PUBLIC_URL: 'https://api.example.com',
};

function faultsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}

describe('settings: sign-in by OpenID Connect', () => {
  it('is off by itself, and on with issuer, client id and secret', () => {
    expect(readSettings({}).oidc).toBeUndefined();
    expect(readSettings(OIDC).oidc).toEqual({
      issuer: 'https://login.example.com/',
      clientId: 'oauth10',
      clientSecret: 'issued-secret',
    });
    expect(faultsOf({ ...PRODUCTION, ...OIDC })).toEqual([]);
  });

  it('production asks for PUBLIC_URL beside it: no Host header says where browsers come back to', () => {
    expect(faultsOf({ ...PRODUCTION, ...OIDC, PUBLIC_URL: undefined })).toEqual([
      expect.stringMatching(
        /^PUBLIC_URL is required beside OIDC_ISSUER in production, for example /,
      ),
    ]);
    expect(faultsOf({ ...PRODUCTION, ...OIDC, PUBLIC_URL: 'nonsense' })).toHaveLength(1);
    expect(faultsOf({ ...PRODUCTION, PUBLIC_URL: undefined })).toEqual([]);
    expect(faultsOf(OIDC)).toEqual([]);
  });

  it.each(Object.keys(OIDC))('%s can’t be left out alone', (name) => {
    expect(faultsOf({ ...OIDC, [name]: undefined })).toEqual([
      expect.stringMatching(new RegExp(`^${name} is required beside .+, for example .+`)),
    ]);
  });

  it.each(['http://127.0.0.1:8080/realms/a', 'HTTP://localhost/', 'http://[::1]:8080'])(
    'an issuer by http on the loopback is for development: %s',
    (issuer) => {
      expect(readSettings({ ...OIDC, OIDC_ISSUER: issuer }).oidc?.issuer).toBe(issuer);
      expect(faultsOf({ ...PRODUCTION, ...OIDC, OIDC_ISSUER: issuer })).toEqual([
        expect.stringMatching(/^OIDC_ISSUER must be https in production/),
      ]);
    },
  );

  it.each([
    ['OIDC_ISSUER', 'http://login.example.com/'],
    ['OIDC_ISSUER', 'http://127.0.0.1.example.com/'],
    ['OIDC_ISSUER', 'https://login.example.com/?tenant=a'],
    ['OIDC_ISSUER', 'https://user:pw@login.example.com/'],
    ['OIDC_ISSUER', 'login.example.com'],
    ['OIDC_CLIENT_ID', 'a b'],
    ['OIDC_CLIENT_SECRET', 'sécret'],
  ])('%s=%j is one fault, with the name and an example', (name, value) => {
    for (const env of [{ [name]: value }, { ...PRODUCTION, ...OIDC, [name]: value }]) {
      expect(faultsOf(env)).toEqual([
        expect.stringMatching(new RegExp(`^${name} must be .+, for example .+`)),
      ]);
    }
    expect(faultsOf({ [name]: value }).join()).not.toContain('sécret');
  });
});
