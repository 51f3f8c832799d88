import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAMS = [
  'main',
  'migrate-main',
  'reseal-main',
  'audit-verify-main',
  'import-main',
  'export-main',
];
const dist = join(__dirname, '../../dist');

describe('the programs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'oauth10-arguments-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** In a folder of its own, without a database: whoever acts leaves files there, or fails. */
  const run = (program: string, args: string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [join(dist, `${program}.js`), ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
      timeout: 20_000,
    });

  it.each(
    PROGRAMS.flatMap((program) => [['--help'], ['-h']].map((args) => [program, args] as const)),
  )(
    '%s %j shows how it is called, and does nothing else',
    (program, args) => {
      const { status, stdout, stderr } = run(program, [...args]);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^Usage: npm (start|run \S+)/);
      expect(readdirSync(folder)).toEqual([]);
    },
    30_000,
  );

  it.each(PROGRAMS)('%s does nothing for an option that it does not know', (program) => {
    const { status, stdout, stderr } = run(program, ['--hepl']);
    expect([status === 0, stdout]).toEqual([false, '']);
    expect(stderr).toMatch(/^Usage: npm/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(PROGRAMS.slice(0, 3))(
    '%s reads .env, which overrules nobody',
    (program) => {
      writeFileSync(join(folder, '.env'), 'DATABASE_URL=not-a-url\nSWEEP_INTERVAL_SECOND=1\n');
      const fromFile = run(program, []);
      expect([fromFile.status === 0, fromFile.stderr]).toEqual([
        false,
        expect.stringContaining('DATABASE_URL'),
      ]);
      const own = run(program, [], { DATABASE_URL: 'neither-is-this' });
      expect(own.stderr).toContain('DATABASE_URL');
      writeFileSync(join(folder, '.env'), 'DATABASE_URL=\n');
      expect(run(program, [], { DATABASE_URL: 'nor-this' }).stderr).toContain('DATABASE_URL');
    },
    90_000,
  );

  it('names a variable that looks like a setting', () => {
    const { stderr } = run('main', [], { SWEEP_INTERVAL_SECOND: '1', PORT: 'none' });
    expect(stderr).toContain(
      'SWEEP_INTERVAL_SECOND is not a setting. Did you mean SWEEP_INTERVAL_SECONDS?',
    );
    expect(stderr).not.toContain('ExperimentalWarning');
  });
});
