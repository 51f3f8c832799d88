import { randomBytes } from 'node:crypto';
import { readSettings, SettingsError } from './settings.js';

const KEY = randomBytes(32).toString('base64');
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://oauth10@db.example.com/oauth10',
  SECRET_KEYS: `k1:${KEY}`,
  ADMIN_API_KEY: randomBytes(32).toString('hex'),
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

describe('settings: secrets that anybody would guess', () => {
  it.each([0, 7, 255])('refuses a key of the octet %i alone, anywhere in the ring', (octet) => {
    const keys = `k1:${KEY},k2:${Buffer.alloc(32, octet).toString('base64')}`;
    expect(faultsOf({ ...PRODUCTION, SECRET_KEYS: keys })).toEqual([
      expect.stringMatching(/^SECRET_KEYS must not hold one octet/),
    ]);
    expect(faultsOf({ SECRET_KEYS: keys })).toEqual([]);
  });

  it('refuses a key of staff that is one character repeated', () => {
    const ADMIN_API_KEY = 'x'.repeat(64);
    expect(faultsOf({ ...PRODUCTION, ADMIN_API_KEY })).toEqual([
      expect.stringMatching(/^ADMIN_API_KEY must not be one character/),
    ]);
    expect(faultsOf({ ADMIN_API_KEY })).toEqual([]);
  });
});
