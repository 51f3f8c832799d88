import { readSettings, SettingsError } from './settings.js';

const BOTH = {
  PLATFORM_TOKEN_ISSUER: 'https://auth.example.com',
  PLATFORM_TOKEN_AUDIENCE: 'https://api.example.com',
};

function faultsOf(env: Record<string, string>): string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    return (error as SettingsError).faults;
  }
}

describe("the settings of the platform's own tokens", () => {
  it('are off unless set, and have their defaults', () => {
    expect(readSettings({}).platformTokens).toBeUndefined();
    expect(readSettings(BOTH).platformTokens).toEqual({
      issuer: 'https://auth.example.com',
      audience: 'https://api.example.com',
      ttlSeconds: 60,
      algorithm: 'ES256',
      keyLeadSeconds: 600,
    });
  });

  it.each([
    ['PLATFORM_TOKEN_AUDIENCE', { PLATFORM_TOKEN_ISSUER: BOTH.PLATFORM_TOKEN_ISSUER }],
    ['PLATFORM_TOKEN_ISSUER', { PLATFORM_TOKEN_AUDIENCE: BOTH.PLATFORM_TOKEN_AUDIENCE }],
    ['PLATFORM_TOKEN_ISSUER', { ...BOTH, PLATFORM_TOKEN_ISSUER: 'auth.example.com' }],
    ['PLATFORM_TOKEN_ISSUER', { ...BOTH, PLATFORM_TOKEN_ISSUER: 'https://a.example.com/?x' }],
    ['PLATFORM_TOKEN_ISSUER', { ...BOTH, PLATFORM_TOKEN_ISSUER: 'https://a.example.com/#x' }],
    ['PLATFORM_TOKEN_TTL_SECONDS', { ...BOTH, PLATFORM_TOKEN_TTL_SECONDS: '9' }],
    ['PLATFORM_TOKEN_TTL_SECONDS', { ...BOTH, PLATFORM_TOKEN_TTL_SECONDS: '3601' }],
    ['PLATFORM_TOKEN_ALGORITHM', { ...BOTH, PLATFORM_TOKEN_ALGORITHM: 'HS256' }],
    ['PLATFORM_TOKEN_KEY_LEAD_SECONDS', { ...BOTH, PLATFORM_TOKEN_KEY_LEAD_SECONDS: '-1' }],
  ])('%s is named for %j', (name, env) => {
    const faults = faultsOf(env);
    expect([faults.length, faults[0]?.split(' ')[0]]).toEqual([1, name]);
  });

  it('the issuer is https in production, but on this machine', () => {
    const issuer = (url: string) =>
      faultsOf({ ...BOTH, PLATFORM_TOKEN_ISSUER: url, NODE_ENV: 'production' }).filter((fault) =>
        fault.startsWith('PLATFORM_TOKEN'),
      ).length;
    expect([issuer('http://auth.example.com'), issuer('http://127.0.0.1:3000')]).toEqual([1, 0]);
  });
});
