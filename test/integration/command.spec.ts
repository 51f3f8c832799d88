import type { Command } from 'commander';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oauth10Command } from '../../src/programs/command.js';

const root = join(__dirname, '../..');
const ENTRY = join(root, 'dist/programs/oauth10.js');

/** The paths of all subcommands: `migrate`, `audit`, `audit verify`, … */
const pathsOf = (command: Command, before: string[] = []): string[][] =>
  command.commands.flatMap((one) => {
    const path = [...before, one.name()];
    return [path, ...pathsOf(one, path)];
  });
const PATHS = pathsOf(oauth10Command());
const ON_THE_DATABASE = ['serve', 'migrate', 'reseal', 'audit verify', 'audit begin'];

describe('oauth10', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'oauth10-command-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a command in its own folder without a database, where any action would leave files or fail. */
  const run = (args: readonly string[], env: Record<string, string> = {}, entry = ENTRY) =>
    spawnSync(process.execPath, [entry, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
      timeout: 20_000,
    });

  it('has every program', () => {
    expect(PATHS.map((path) => path.join(' '))).toEqual(
      expect.arrayContaining([...ON_THE_DATABASE, 'import', 'export', 'completion']),
    );
  });

  it.each(ON_THE_DATABASE)(
    '%s --help shows how it is called, and does nothing else',
    (name) => {
      const { status, stdout, stderr } = run([...name.split(' '), '--help']);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(new RegExp(`^Usage: oauth10 ${name} `));
      expect(readdirSync(folder)).toEqual([]);
    },
    30_000,
  );

  it.each([
    ['serve', '-h'],
    ['reseal', '--hepl', '--help'],
    ['import', '--help', 'file.ndjson'],
    ['export', 'file.ndjson', '--help'],
  ])('%s %s %s is help as well', (...args) => {
    const { status, stdout } = run(args.filter((one) => one !== undefined));
    expect([status, readdirSync(folder)]).toEqual([0, []]);
    expect(stdout).toMatch(/^Usage: oauth10/);
  });

  it.each([
    [['--hepl'], "unknown option '--hepl'"],
    [['serv'], "unknown command 'serv'"],
    [['serve', '--hepl'], "unknown option '--hepl'"],
    [['serve', 'now'], 'too many arguments'],
    [['migrate', '--dry-run'], "unknown option '--dry-run'"],
    [['import'], "missing required argument 'FILE'"],
    [['export', 'a', 'b'], 'too many arguments'],
    [['audit'], 'Usage: oauth10 audit'],
    [['audit', 'verfy'], "unknown command 'verfy'"],
    [['completion', 'sh'], 'one of bash, zsh, fish'],
    [[], 'Usage: oauth10'],
  ])('%j does nothing, in words and with 2', (args, said) => {
    const { status, stdout, stderr } = run(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
    expect(stderr).toContain('Usage: oauth10');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is the service at dist/main.js, as before there was one command', () => {
    const { status, stdout } = run(['--help'], {}, join(root, 'dist/main.js'));
    expect([status, stdout]).toEqual([0, expect.stringContaining('Usage: oauth10 serve')]);
  });

  it.each(ON_THE_DATABASE)(
    '%s reads .env, which overrules nobody',
    (command) => {
      const args = command.split(' ');
      writeFileSync(join(folder, '.env'), 'DATABASE_URL=not-a-url\nSWEEP_INTERVAL_SECOND=1\n');
      const fromFile = run(args);
      expect([fromFile.status === 0, fromFile.stderr]).toEqual([
        false,
        expect.stringContaining('DATABASE_URL'),
      ]);
      const own = run(args, { DATABASE_URL: 'neither-is-this' });
      expect(own.stderr).toContain('DATABASE_URL');
      writeFileSync(join(folder, '.env'), 'DATABASE_URL=\n');
      expect(run(args, { DATABASE_URL: 'nor-this' }).stderr).toContain('DATABASE_URL');
    },
    90_000,
  );

  it('names a variable that looks like a setting', () => {
    const { stderr } = run(['serve'], { SWEEP_INTERVAL_SECOND: '1', PORT: 'none' });
    expect(stderr).toContain(
      'SWEEP_INTERVAL_SECOND is not a setting. Did you mean SWEEP_INTERVAL_SECONDS?',
    );
    expect(stderr).not.toContain('ExperimentalWarning');
  });
});

describe('the bounds on the heap (ADR 0007)', () => {
  const text = (path: string) => readFileSync(join(root, path), 'utf8');
  const BOUNDS = '--max-semi-space-size=8 --max-old-space-size=160';

  it('are in the first line of the command, and where npm gives them to node', () => {
    expect(text('dist/programs/oauth10.js').split('\n')[0]).toBe(
      `#!/usr/bin/env -S node ${BOUNDS}`,
    );
    const { scripts, bin } = JSON.parse(text('package.json')) as {
      scripts: Record<string, string>;
      bin: Record<string, string>;
    };
    expect(bin).toEqual({ oauth10: 'dist/programs/oauth10.js' });
    const ours = Object.entries(scripts).filter(([, line]) => line.includes('oauth10.js'));
    expect(Object.fromEntries(ours)).toMatchObject({
      start: `node ${BOUNDS} dist/programs/oauth10.js serve`,
      migrate: `node ${BOUNDS} dist/programs/oauth10.js migrate`,
    });
    for (const [, line] of ours) expect(line).toContain(`node ${BOUNDS} dist/programs/oauth10.js`);
  });

  it('hold when the command is run by its name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'oauth10-bin-'));
    try {
      const [first] = text('dist/programs/oauth10.js').split('\n');
      const file = join(folder, 'command.mjs');
      writeFileSync(
        file,
        `${first}\nimport { getHeapStatistics as heap } from 'node:v8';\n` +
          'process.stdout.write(String(heap().heap_size_limit / 1048576));\n',
        { mode: 0o755 },
      );
      const { stdout } = spawnSync(file, [], { encoding: 'utf8' });
      // The limit includes some semi-spaces in addition. Without the option it would be gigabytes.
      expect(Number(stdout)).toBeGreaterThanOrEqual(160);
      expect(Number(stdout)).toBeLessThan(160 + 8 * 8);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
