import { misspeltSettings } from './misspelt-settings.js';
import { settingRules } from './setting.decorator.js';
import { readSettings } from './settings.js';

describe('variables that look like settings', () => {
  it.each([
    ['SWEEP_INTERVAL_SECOND', 'SWEEP_INTERVAL_SECONDS'],
    ['SWEEP_INTERVALS_SECONDS', 'SWEEP_INTERVAL_SECONDS'],
    ['TRUSTPROXY', 'TRUST_PROXY'],
    ['public_url', 'PUBLIC_URL'],
    ['Public-Url', 'PUBLIC_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['SECRET_KEY', 'SECRET_KEYS'],
    ['SECRET_KEY_FILE', 'SECRET_KEYS_FILE'],
    ['PUBLIC_URL_FILE', 'PUBLIC_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
  ])('%s: %s', (variable, setting) => {
    expect(misspeltSettings({ [variable]: 'x' })).toEqual([{ variable, setting }]);
  });

  it('settings themselves are none, nor are those of others', () => {
    const own = [...settingRules()].flatMap(([name, { secret }]) =>
      secret ? [name, `${name}_FILE`] : [name],
    );
    const others = [
      'PATH',
      'HOME',
      'PORTS',
      'HOSTS',
      'HOSTNAME',
      'POSTGRES_PORT',
      'OAUTH10_SERVICE_PORT',
      'PGHOST',
      'NODE_OPTIONS',
      'NO_PROXY',
      'HTTP_PROXY',
      'OTEL_SERVICE_NAME',
      'npm_config_user_agent',
      'TZ',
    ];
    const env = Object.fromEntries([...own, ...others].map((name) => [name, 'x']));
    expect(misspeltSettings(env)).toEqual([]);
  });

  it('stand beside the faults of a start that fails, without their values', () => {
    const env = { NODE_ENV: 'production', DATABSE_URL: 'postgres://u:secret@h/d' };
    expect(() => readSettings(env)).toThrow(
      /DATABSE_URL is not a setting. Did you mean DATABASE_URL\?/,
    );
    expect(() => readSettings(env)).not.toThrow(/secret@/);
  });
});
