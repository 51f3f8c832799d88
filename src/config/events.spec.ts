import { readSettings, SettingsError } from './settings.js';

const SECRET = `whsec_${Buffer.from('of 32 octets, and made for tests').toString('base64')}`;
const GOOD = {
  EVENTS_URL: 'https://events.example.com/oauth10',
  EVENTS_SECRET: SECRET,
  PUBLIC_URL: 'https://api.example.com',
};
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://oauth10:secret@db.example.com/oauth10',
  SECRET_KEYS: `k1:${Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64')}`,
  ADMIN_API_KEY: '0123456789abcdef0123456789abcdef',
};

function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    return (error as SettingsError).faults;
  }
}

describe('the settings of events', () => {
  it('are none where no URL is set', () => {
    expect(readSettings({}).events).toBeUndefined();
  });

  it('name the receiver, the keys and the source', () => {
    const { events, eventsRetentionDays } = readSettings(GOOD);
    expect(events).toEqual({
      url: GOOD.EVENTS_URL,
      source: 'https://api.example.com',
      keys: [Buffer.from('of 32 octets, and made for tests')],
      timeoutSeconds: 10,
    });
    expect(eventsRetentionDays).toBe(7);
  });

  it('have the issuer of the platform tokens as source, where there is one', () => {
    const issuer = {
      PLATFORM_TOKEN_ISSUER: 'https://auth.example.com',
      PLATFORM_TOKEN_AUDIENCE: 'https://api.example.com',
    };
    expect(readSettings({ ...GOOD, ...issuer }).events?.source).toBe('https://auth.example.com');
  });

  it('take two secrets while the receiver moves to the first', () => {
    const both = `${SECRET},whsec_${Buffer.alloc(24, 'x').toString('base64')}`;
    expect(readSettings({ ...GOOD, EVENTS_SECRET: both }).events?.keys).toHaveLength(2);
  });

  it.each([
    ['EVENTS_URL', { ...GOOD, EVENTS_URL: 'events.example.com' }],
    ['EVENTS_URL', { ...GOOD, EVENTS_URL: 'https://user:pass@events.example.com' }],
    ['EVENTS_URL', { ...GOOD, EVENTS_URL: 'ftp://events.example.com' }],
    ['EVENTS_URL', { ...GOOD, EVENTS_URL: undefined }],
    ['EVENTS_SECRET', { ...GOOD, EVENTS_SECRET: undefined }],
    ['EVENTS_SECRET', { ...GOOD, EVENTS_SECRET: SECRET.slice('whsec_'.length) }],
    ['EVENTS_SECRET', { ...GOOD, EVENTS_SECRET: 'whsec_c2hvcnQ=' }],
    ['EVENTS_SECRET', { ...GOOD, EVENTS_SECRET: 'whsec_not base64 at all, however long' }],
    ['EVENTS_SECRET', { ...GOOD, EVENTS_SECRET: [SECRET, SECRET, SECRET].join(',') }],
    ['EVENTS_TIMEOUT_SECONDS', { ...GOOD, EVENTS_TIMEOUT_SECONDS: '21' }],
    ['EVENTS_RETENTION_DAYS', { ...GOOD, EVENTS_RETENTION_DAYS: '0' }],
    ['PUBLIC_URL', { ...GOOD, PUBLIC_URL: undefined }],
    ['EVENTS_URL', { ...PRODUCTION, ...GOOD, EVENTS_URL: 'http://events.example.com' }],
    [
      'EVENTS_SECRET',
      { ...PRODUCTION, ...GOOD, EVENTS_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}` },
    ],
  ])('name what is wrong with %s', (name, env) => {
    const faults = faultsOf(env);
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
    expect(faults.join()).not.toContain('not base64 at all');
  });

  it('take plain http in production from this machine to itself', () => {
    expect(faultsOf({ ...PRODUCTION, ...GOOD, EVENTS_URL: 'http://127.0.0.1:8080/' })).toEqual([]);
  });
});
