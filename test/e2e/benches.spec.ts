import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeWith, PGBOUNCER, REDIS } from '../support/debian-tools.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { SECRET_KEYS, type TestCredentials } from '../support/service.js';

const run = promisify(execFile);
const ROOT = join(__dirname, '../..');
const BENCHES = readdirSync(join(ROOT, 'bench'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.mjs'),
);

/** Runs a module with these lines in its own process, and parses its output. */
async function evaluated<Result>(...lines: string[]): Promise<Result> {
  const args = ['--input-type=module', '--eval', lines.join('\n')];
  const { stdout } = await run(process.execPath, args, { cwd: ROOT });
  return JSON.parse(stdout) as Result;
}

describe('the benches', () => {
  it('import what there is', async () => {
    const imports = BENCHES.flatMap((file) => {
      const text = readFileSync(join(ROOT, 'bench', file), 'utf8');
      return [...text.matchAll(/import \{([^}]*)\} from '((?:\.\.?\/)+[^']+)'/g)].map((match) => ({
        file,
        module: new URL(match[2]!, `file://${ROOT}/bench/${file}`).href,
        names: match[1]!
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      }));
    });
    expect(imports.length).toBeGreaterThan(30);
    // Modules of bench/ run when they are imported, so their exports are read from the source text.
    const built = imports.filter(({ module }) => module.includes('/dist/'));
    const missing = await evaluated<string[]>(
      `const missing = [];`,
      `for (const { file, module, names } of ${JSON.stringify(built)}) {`,
      `  const found = await import(module).catch(() => ({}));`,
      `  missing.push(...names.filter((name) => !(name in found)).map((name) => file + ': ' + name));`,
      `}`,
      `console.log(JSON.stringify(missing));`,
    );
    expect(missing).toEqual([]);
    for (const { file, module, names } of imports.filter((one) => !built.includes(one))) {
      const text = readFileSync(new URL(module), 'utf8');
      for (const name of names) {
        const exported = new RegExp(`export (async )?(const|function|class) ${name}\\b`);
        expect([file, text]).toEqual([file, expect.stringMatching(exported)]);
      }
    }
  });

  describe('write rows that the service takes', () => {
    const { database, service } = serviceForAllTests();

    it('consumers, access tokens and temporary credentials', async () => {
      interface Made extends TestCredentials {
        readonly secret: string;
        readonly verifier: string;
        readonly consumer: { readonly key: string; readonly secret: string };
      }
      const [id, key] = SECRET_KEYS.split(':');
      const [access, temporary] = await evaluated<[Made, Made]>(
        `import pg from 'pg';`,
        `import { Credentials } from './bench/credentials.mjs';`,
        `const client = new pg.Client(${JSON.stringify(database.url)});`,
        `await client.connect();`,
        `const key = Buffer.from(${JSON.stringify(key)}, 'base64');`,
        `const credentials = new Credentials(client, { id: ${JSON.stringify(id)}, key });`,
        `await credentials.createConsumers();`,
        `const [access] = await credentials.createAccessTokens();`,
        `const [temporary] = await credentials.createAcceptedTemporaryCredentials(1);`,
        `await client.end();`,
        `console.log(JSON.stringify([access, temporary]));`,
      );
      const signer = ({ token, secret, consumer }: Made) => ({
        consumerKey: consumer.key,
        consumerSecret: consumer.secret,
        token,
        tokenSecret: secret,
      });
      const target = '/oauth/oauth10/echo';
      const echo = await service.signed({ method: 'GET', target, ...signer(access) });
      expect([echo.status, echo.json()]).toMatchObject([200, { subject: 'jane' }]);
      const { consumerKey, consumerSecret, ...credentials } = signer(temporary);
      const consumer = { consumerKey, consumerSecret };
      const exchanged = await service.exchange(consumer, credentials, temporary.verifier);
      expect([exchanged.status, exchanged.text]).toEqual([200, expect.any(String)]);
    });
  });

  // At the smallest size the results mean nothing, so the test ignores the goals.
  const runsToItsEnd = async (
    file: string,
    size: readonly string[],
    end: RegExp,
  ): Promise<void> => {
    const ended = await run(process.execPath, [join('bench', file), ...size], {
      cwd: ROOT,
    }).catch((error: { stdout: string; stderr: string }) => error);
    expect(ended.stderr).not.toMatch(/Error|WRONG/);
    expect(ended.stdout).toMatch(end);
  };
  const BOTH_SETUPS = /usual[^]*other[^]*median of 1 rounds/;

  it.each<[string, string[], RegExp]>([
    ['setups.mjs', ['assertion', '--rounds', '1', '--seconds', '0.1'], BOTH_SETUPS],
    ['setups.mjs', ['events', '--rounds', '1', '--seconds', '0.1'], /delivered a second[^]*median/],
    ['setups.mjs', ['events-hanging', '--rounds', '1', '--seconds', '0.1'], /wait[^]*median/],
    ['run.mjs', ['--quick', '--only', 'statements'], /one statement a transaction[^]*resource/],
    ['timing.mjs', ['--samples', '2'], /RSA-SHA256[^]*apart by/],
    ['console.mjs', ['--pages', '1', '--consumers', '1000'], /overview +200[^]*q=kiosk +200/],
    ['pages.mjs', ['--pages', '1'], /consent, 8 scopes +200[^]*unknown request +400/],
    ['lists.mjs', ['--scale', '0.0003', '--runs', '1'], /'api-keys' +│ 'all'/],
  ])('%s runs to its end', runsToItsEnd);

  describeWith([PGBOUNCER, REDIS], 'beside others', () => {
    it.each(['pgbouncer', 'nonce-store'])('setups.mjs %s runs to its end', (setup) =>
      runsToItsEnd('setups.mjs', [setup, '--rounds', '1', '--seconds', '0.1'], BOTH_SETUPS),
    );
  });

  it('the model of capacity foretells what was measured', async () => {
    const { stdout } = await run(process.execPath, [join('bench', 'capacity.mjs')], { cwd: ROOT });
    expect(stdout).toMatch(/verify, two replicas[^]*10,000,000/);
  });
});
