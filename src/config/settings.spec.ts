import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readSettings, SettingsError } from './settings.js';

const KEY = Buffer.from('a key of thirty-two octets, no 1').toString('base64');
const OTHER_KEY = Buffer.from('a key of thirty-two octets, no 2').toString('base64');
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://oauth10:pass%20word@db.example.com/oauth10',
  SECRET_KEYS: `k1:${KEY}`,
  ADMIN_API_KEY: 'ab'.repeat(16),
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

describe('settings: defaults', () => {
  it('need no variable in development', () => {
    expect(readSettings({})).toMatchObject({
      production: false,
      host: '127.0.0.1',
      port: 3000,
      adminPort: 3001,
      trustProxy: [],
      databasePoolSize: 10,
      dataDir: resolve('.data'),
      secretKeys: [],
      realm: 'oauth10',
      oauthGetEnabled: true,
      problemDetail: 'full',
      temporaryCredentialTtlSeconds: 600,
      accessTokenTtlSeconds: 0,
      timestampWindowSeconds: 300,
      shutdownDelaySeconds: 3,
      logLevel: 'info',
    });
  });

  it('listen everywhere in production, unless HOST says where', () => {
    expect(readSettings(PRODUCTION).host).toBe('0.0.0.0');
    expect(readSettings({ ...PRODUCTION, HOST: '::1' }).host).toBe('::1');
  });

  it('have staff where everybody is, in production on this machine alone, unless ADMIN_HOST says where', () => {
    expect(readSettings({}).adminHost).toBe('127.0.0.1');
    expect(readSettings({ HOST: '192.0.2.7' }).adminHost).toBe('192.0.2.7');
    expect(readSettings({ ...PRODUCTION, HOST: '0.0.0.0' }).adminHost).toBe('127.0.0.1');
    expect(readSettings({ ...PRODUCTION, ADMIN_HOST: '::1' }).adminHost).toBe('::1');
    expect(readSettings({ HOST: '::1', ADMIN_HOST: '127.0.0.2' }).adminHost).toBe('127.0.0.2');
  });

  it.each(['PUBLIC_URL', 'TRUST_PROXY', 'CONSENT_URL', 'DATABASE_URL', 'ADMIN_API_KEY'])(
    'take an empty %s for none',
    (name) => {
      expect(readSettings({ [name]: '' })).toEqual(readSettings({}));
    },
  );

  it('can not be changed once read', () => {
    expect(() => Object.assign(readSettings({}), { port: 1 })).toThrow(TypeError);
  });
});

describe('settings: what is taken', () => {
  it.each([
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65535 }],
    ['OAUTH_GET_ENABLED', 'false', { oauthGetEnabled: false }],
    ['OAUTH_PROBLEM_DETAIL', 'uniform', { problemDetail: 'uniform' }],
    [
      'REPLY_TYPE',
      'application/x-www-form-urlencoded',
      { replyType: 'application/x-www-form-urlencoded' },
    ],
    ['TIMESTAMP_WINDOW_SECONDS', '86400', { timestampWindowSeconds: 86_400 }],
    [
      'PUBLIC_URL',
      'https://API.example.com:443/',
      { publicUrl: { scheme: 'https', authority: 'api.example.com', path: '' } },
    ],
    [
      'PUBLIC_URL',
      'http://[2001:DB8::1]:8080',
      { publicUrl: { scheme: 'http', authority: '[2001:db8::1]:8080', path: '' } },
    ],
    [
      'TRUST_PROXY',
      '10.0.0.0/8, ::1,192.0.2.7',
      { trustProxy: ['10.0.0.0/8', '::1', '192.0.2.7'] },
    ],
    [
      'CONSENT_URL',
      'https://www.example.com/consent?lang=en',
      { consentUrl: 'https://www.example.com/consent?lang=en' },
    ],
    ['OAUTH_REALM', 'Photos of Example', { realm: 'Photos of Example' }],
    ['NODE_ENV', 'staging', { production: false }],
    ['BRAND_COLOR', '#1D4ED8', { brand: { color: '#1d4ed8' } }],
    [
      'PAGES_FORM_ACTION',
      'https://a.example.com:444, https:',
      { pagesFormAction: ['https://a.example.com:444', 'https:'] },
    ],
  ])('%s=%s', (name, value, expected) => {
    expect(readSettings({ [name]: value })).toMatchObject(expected);
  });

  it('SECRET_KEYS=id:base64,id:base64, in this order', () => {
    const { secretKeys } = readSettings({ SECRET_KEYS: `new:${KEY},old-1:${OTHER_KEY}` });
    expect(secretKeys.map(({ id, key }) => [id, key.length, key.at(-1)])).toEqual([
      ['new', 32, '1'.charCodeAt(0)],
      ['old-1', 32, '2'.charCodeAt(0)],
    ]);
  });
});

describe('settings: what is refused', () => {
  it.each([
    ...['1e3', '0x10', ' 80', '80 ', '+80', '-1', '65536', '3000.0', '', ' ', 'NaN', '٣'].map(
      (text) => ['PORT', text],
    ),
    ['TIMESTAMP_WINDOW_SECONDS', '0'],
    ['TIMESTAMP_WINDOW_SECONDS', '86401'],
    ['TEMPORARY_CREDENTIAL_TTL_SECONDS', '0'],
    ['DATABASE_POOL_SIZE', '0'],
    ['OAUTH_GET_ENABLED', 'TRUE'],
    ['OAUTH_GET_ENABLED', '1'],
    ['OAUTH_GET_ENABLED', ''],
    ['OAUTH_PROBLEM_DETAIL', 'none'],
    ['REPLY_TYPE', 'application/json'],
    ['REPLY_TYPE', ''],
    ...['*', 'http:', "'none'", 'https://a; script-src *', 'https://a/path', '', 'https://*'].map(
      (text) => ['PAGES_FORM_ACTION', text || ','],
    ),
    ['SESSION_TTL_SECONDS', '59'],
    ['SESSION_IDLE_SECONDS', '0'],
    ['PAGES_RATE_LIMIT_PER_MINUTE', '-1'],
    ['SCOPES_FILE', 'none.json'],
    ['BRAND_LOGO_FILE', 'none.svg'],
    ['OAUTH_REALM', 'a"b'],
    ['OAUTH_REALM', 'a\\b'],
    ['OAUTH_REALM', 'a\r\nSet-Cookie: b'],
    ['OAUTH_REALM', 'Bücher'],
    ['PUBLIC_URL', 'api.example.com'],
    ['PUBLIC_URL', '//api.example.com'],
    ['PUBLIC_URL', 'ftp://api.example.com'],
    ['PUBLIC_URL', 'https:api.example.com'],
    ['PUBLIC_URL', 'https://api.example.com//auth'],
    ['PUBLIC_URL', 'https://api.example.com/a/../b'],
    ['PUBLIC_URL', 'https://api.example.com?'],
    ['PUBLIC_URL', 'https://api.example.com/#'],
    ['PUBLIC_URL', 'https://user@api.example.com'],
    ['PUBLIC_URL', 'https://api.example.com\\evil'],
    ['PUBLIC_URL', 'https://api.example.com:99999'],
    ['CONSENT_URL', 'javascript:alert(1)'],
    ['CONSENT_URL', 'https://user:pw@www.example.com/'],
    ['CONSENT_URL', '/consent'],
    ['TRUST_PROXY', 'loopback'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.0/8,'],
    ['TRUST_PROXY', '10.0.0'],
    ['TRUST_PROXY', '010.0.0.1'],
    ['TRUST_PROXY', '::1/129'],
    ['TRUST_PROXY', '::ffff:10.0.0.0/8'],
    ['TRUST_PROXY', '*'],
    ['DATABASE_URL', 'mysql://db.example.com/x'],
    ['DATABASE_URL', 'postgres://u:100%@db.example.com/x'],
    ['SECRET_KEYS', KEY],
    ['SECRET_KEYS', `k1:${KEY.slice(4)}`],
    ['SECRET_KEYS', `k1:${KEY},k1:${OTHER_KEY}`],
    ['SECRET_KEYS', `k 1:${KEY}`],
    ['SECRET_KEYS', `k1:${KEY},`],
    ['SECRET_KEYS', `${'k'.repeat(33)}:${KEY}`],
    ['ADMIN_API_KEY', 'a'.repeat(31)],
    ['ADMIN_API_KEY', `${'a'.repeat(31)} b`],
    ['ADMIN_JWKS_URL', 'file:///etc/passwd'],
    ['LOG_LEVEL', 'loud'],
    ['HOST', 'http://localhost'],
    ['ADMIN_HOST', 'http://localhost'],
    ['MAX_REQUESTS_IN_FLIGHT', '0'],
  ])('%s=%j, with the name and an example', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name} .+, for example .+`));
  });

  it('both listeners on one port, except 0, which is never the same port twice', () => {
    expect(faultsOf({ PORT: '4000', ADMIN_PORT: '4000' })).toEqual([
      expect.stringMatching(/^ADMIN_PORT must differ/),
    ]);
    expect(faultsOf({ ADMIN_PORT: '3000' })).toHaveLength(1);
    expect(faultsOf({ PORT: '0', ADMIN_PORT: '0' })).toEqual([]);
  });

  it('everything at once', () => {
    const faults = faultsOf({ PORT: 'x', ADMIN_PORT: 'y', LOG_LEVEL: 'z', NODE_ENV: 'production' });
    expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual([
      'ADMIN_API_KEY',
      'ADMIN_PORT',
      'DATABASE_URL',
      'LOG_LEVEL',
      'PORT',
      'SECRET_KEYS',
    ]);
  });

  it('a secret without showing it', () => {
    const secret = 'hunter2-hunter2';
    const faults = faultsOf({
      ADMIN_API_KEY: secret,
      SECRET_KEYS: secret,
      DATABASE_URL: `mysql://u:${secret}@h/d`,
    });
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).not.toContain(secret);
  });
});

describe('settings: production', () => {
  it.each(['DATABASE_URL', 'SECRET_KEYS', 'ADMIN_API_KEY'])('requires %s', (name) => {
    expect(faultsOf({ ...PRODUCTION, [name]: undefined })).toEqual([
      expect.stringMatching(new RegExp(`^${name} .*required`)),
    ]);
    expect(faultsOf({ ...PRODUCTION, [name]: '' })).toHaveLength(1);
  });

  it('takes ADMIN_JWKS_URL in the place of ADMIN_API_KEY, over https, with issuer and audience', () => {
    const env = {
      ...PRODUCTION,
      ADMIN_API_KEY: undefined,
      ADMIN_JWKS_URL: 'https://a.example/jwks',
      ADMIN_JWT_ISSUER: 'https://a.example/',
      ADMIN_JWT_AUDIENCE: 'oauth10-admin',
    };
    expect(faultsOf(env)).toEqual([]);
    for (const name of ['ADMIN_JWT_ISSUER', 'ADMIN_JWT_AUDIENCE']) {
      expect(faultsOf({ ...env, [name]: undefined })).toEqual([
        expect.stringMatching(`^${name} is required with ADMIN_JWKS_URL`),
      ]);
    }
    expect(faultsOf({ ...env, ADMIN_JWKS_URL: 'http://a.example/jwks' })).toEqual([
      expect.stringMatching('^ADMIN_JWKS_URL must be https'),
    ]);
  });

  it('does not call missing what is there and wrong', () => {
    expect(faultsOf({ ...PRODUCTION, ADMIN_API_KEY: 'short' })).toHaveLength(1);
  });
});

describe('settings: NAME_FILE', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'oauth10-settings-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function file(content: string): string {
    const path = join(folder, `secret-${Math.random()}`);
    writeFileSync(path, content);
    return path;
  }

  it('reads each secret from a file, the last line feed left out', () => {
    const settings = readSettings({
      NODE_ENV: 'production',
      DATABASE_URL_FILE: file(`${PRODUCTION.DATABASE_URL}\n`),
      SECRET_KEYS_FILE: file(`k1:${KEY}\r\n`),
      ADMIN_API_KEY_FILE: file('bc'.repeat(20)),
    });
    expect(settings.databaseUrl).toBe(PRODUCTION.DATABASE_URL);
    expect(settings.secretKeys[0]?.key.toString('base64')).toBe(KEY);
    expect(settings.adminApiKey).toBe('bc'.repeat(20));
  });

  it('beside NAME is a fault', () => {
    const env = { ADMIN_API_KEY: 'a'.repeat(32), ADMIN_API_KEY_FILE: file('b'.repeat(32)) };
    expect(faultsOf(env)).toEqual([expect.stringContaining('ADMIN_API_KEY_FILE are both set')]);
  });

  it('that is missing or empty is a fault', () => {
    expect(faultsOf({ ADMIN_API_KEY_FILE: join(folder, 'none') })).toEqual([
      expect.stringMatching(/^ADMIN_API_KEY_FILE .*ENOENT/),
    ]);
    expect(faultsOf({ ADMIN_API_KEY_FILE: file('\n') })).toHaveLength(1);
  });

  it('is for secrets only', () => {
    expect(readSettings({ PORT_FILE: file('4000') }).port).toBe(3000);
  });
});
