import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { settingRules } from '../../src/config/setting.decorator.js';
import '../../src/config/setting-definitions.js';
import { oauth10Command } from '../../src/programs/command.js';

interface Service {
  image: string;
  command?: string[];
  profiles?: string[];
  environment?: Record<string, string | null>;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
}

const root = join(__dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const text = read('docker-compose.yml');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
const service = (name: string) => services[name] as Service;
const settings = [...settingRules()].map(([name]) => name);

/** Settings that the containers fix, so .env cannot change them. */
const ELSEWHERE = [
  'NODE_ENV', // the Dockerfile
  'HOST', // 0.0.0.0 in production
  'PORT', // the same port is published
  'ADMIN_PORT',
  'DATA_DIR', // development only
  'DATABASE_LISTEN_URL', // there is no pooler
  'DATABASE_SCHEMA', // roles.sql is run for `public`
  'MIGRATION_DATABASE_URL', // the owner's role, only for migrate
];

describe('docker-compose.yml', () => {
  it('hands every setting to the service, and nothing that is none', () => {
    const given = Object.keys(service('oauth10').environment ?? {});
    expect(given.sort()).toEqual(settings.filter((name) => !ELSEWHERE.includes(name)).sort());
  });

  it('says nothing of a setting that .env leaves out', () => {
    const fixed = Object.entries(service('oauth10').environment ?? {}).filter(
      ([, value]) => value !== null,
    );
    expect(fixed.map(([name]) => name).sort()).toEqual([
      'ADMIN_API_KEY',
      'ADMIN_HOST',
      'AUTO_MIGRATE',
      'DATABASE_URL',
      'SECRET_KEYS',
    ]);
  });

  it('holds no secret, and asks only for those that the lines at its top make', () => {
    const asked = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
    const made = /printf '(POSTGRES_PASSWORD.*?)' /.exec(text)?.[1] ?? '';
    expect([...asked].sort()).toEqual(
      [...made.matchAll(/(?:^|\\n)(\w+)=/g)].map(([, name]) => name).sort(),
    );
  });

  it("keeps the owner's password from what serves", () => {
    for (const name of ['oauth10', 'consent'])
      expect(JSON.stringify(service(name))).not.toContain('OWNER');
  });

  it('runs the command, or files that are mounted, and mounts files that exist', () => {
    for (const { command, volumes = [], image } of Object.values(services)) {
      const mounts = volumes.filter((one) => one.startsWith('./')).map((one) => one.split(':'));
      for (const [from] of mounts)
        expect([from, existsSync(join(root, from ?? ''))]).toEqual([from, true]);
      if (image !== 'oauth10:local' || command === undefined) continue;
      const [program, file = ''] = command;
      if (program === 'oauth10') {
        expect(oauth10Command().commands.map((one) => one.name())).toContain(file);
        continue;
      }
      expect([file, existsSync(join(root, file))]).toEqual([file, true]);
      expect(mounts.some(([, to]) => `/app/${file}`.startsWith(`${to}/`))).toBe(true);
    }
  });

  it('waits for the database, the migration and the grants in turn', () => {
    const after = (name: string) => Object.entries(service(name).depends_on ?? {})[0];
    expect([after('migrate'), after('grants'), after('oauth10'), after('consent')]).toEqual([
      ['postgres', { condition: 'service_healthy' }],
      ['migrate', { condition: 'service_completed_successfully' }],
      ['grants', { condition: 'service_completed_successfully' }],
      ['oauth10', { condition: 'service_healthy' }],
    ]);
  });

  it('has a consent page in the profile demo alone, where the lines at its top send owners', () => {
    const { profiles, environment, ports } = service('consent');
    expect([profiles, ports]).toEqual([['demo'], ['127.0.0.1:4000:4000']]);
    expect(text).toContain(`CONSENT_URL=${environment?.['ORIGIN'] ?? ''}/consent`);
    expect(text).toContain('COMPOSE_PROFILES=demo');
    // The app reads each of these variables.
    const app = read('docs/examples/consent-app.mjs');
    for (const name of Object.keys(environment ?? {})) expect(app).toContain(name);
    // In production the app refuses its built-in sign-in, and the image sets production.
    expect(environment?.['NODE_ENV']).not.toBe('production');
    const all = Object.entries(services).filter(([, one]) => one.profiles !== undefined);
    expect(all.map(([name]) => name)).toEqual(['consent']);
  });
});
