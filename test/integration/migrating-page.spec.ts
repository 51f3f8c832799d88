import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { describeWith, JQ, REQUESTS_OAUTHLIB } from '../support/debian-tools.js';
import { ADMIN_API_KEY } from '../support/service.js';

const run = promisify(execFile);
const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/migrating.md'), 'utf8');
const SECRET_KEYS = `page:${Buffer.from('a key for tests: 32 octets of it').toString('base64')}`;

/** The block of this language in the page that contains the text. */
function block(language: string, holding: string): string {
  const blocks = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const found = blocks.find(([, name, text]) => name === language && text?.includes(holding));
  if (found?.[2] === undefined) throw new Error(`No block of ${language} with ${holding}`);
  return found[2];
}

describeWith([JQ, REQUESTS_OAUTHLIB], 'docs/migrating.md, followed word for word', () => {
  let database: TestDatabase;
  let service: BuiltService;
  let folder: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startBuiltService(database.url, { SECRET_KEYS });
    folder = mkdtempSync(join(tmpdir(), 'oauth10-migrating-'));
  });
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the program behind an `npm run` command, in the folder of the file. */
  async function program(command: string): Promise<string> {
    const [, name = '', args = ''] = /^npm run (\w+) -- (.+)$/m.exec(command) ?? [];
    const child = spawn(
      process.execPath,
      [join(root, 'dist/programs/oauth10.js'), name, ...args.split(' ')],
      {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          NODE_ENV: 'production',
          DATABASE_URL: database.url,
          ADMIN_API_KEY,
          SECRET_KEYS,
        },
      },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    return output;
  }

  it('leads from two tables to a verified request with an unchanged client', async () => {
    const consumers =
      'dpf43f3p2l4k3l03,kd94hf93k423kf44,Photo printer,https://printer.example.com/ready\n';
    writeFileSync(
      join(folder, 'consumers.csv'),
      `key,secret,name,callback\r\n${consumers}another,its secret,Another,\r\n`,
    );
    writeFileSync(
      join(folder, 'tokens.csv'),
      'token,secret,key,person\nnnch734d00sl2jdk,pfkkdhi9sl3r4s00,dpf43f3p2l4k3l03,jane\n',
    );
    await run('sh', ['-ec', block('sh', 'consumers.csv')], { cwd: folder });
    const look = await program(block('sh', '--dry-run'));
    expect(look).toContain('file.ndjson can be taken over: 2 consumers and 1 access tokens.');
    const over = block('sh', 'curl').replace('http://127.0.0.1:3001', service.adminBase);
    const curled = await run('sh', ['-ec', over], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ADMIN_API_KEY },
    });
    expect(JSON.parse(curled.stdout)).toEqual({ dryRun: true, consumers: 2, tokens: 1 });
    const took = await program('npm run import -- file.ndjson');
    expect(page).toContain('\nnpm run import -- file.ndjson\n');
    expect(took).toBe('2 consumers and 1 access tokens were taken over.\n');
    const client = block('py', 'OAuth1Session').replace(
      'http://127.0.0.1:3000',
      service.publicBase,
    );
    expect((await run('/usr/bin/python3', ['-c', client])).stdout).toBe('200\n');
  });

  it('shows lines that can be imported', async () => {
    writeFileSync(join(folder, 'lines.ndjson'), block('json', '"type":"consumer"'));
    expect(await program('npm run import -- lines.ndjson --dry-run')).toMatch(
      /can be taken over: 1 consumers and 1 access tokens|is there already/,
    );
  });
});
