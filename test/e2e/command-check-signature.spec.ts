import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../support/command.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer } from '../support/service.js';
import { signRequest, type SigningInput } from '../support/signing-client.js';

jest.setTimeout(60_000);

const API = 'https://api.example.com/photos?q=a+b';
const PLUS = { tamper: { baseString: (text: string) => text.replace('a%2520b', 'a%252Bb') } };
const HTTP = { tamper: { baseString: (text: string) => text.replace('https%3A', 'http%3A') } };

describe('oauth10 check-signature', () => {
  const { service } = serviceForAllTests();
  let folder: string;
  let consumer: TestConsumer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'oauth10-check-'));
    consumer = await service.registerConsumer({ twoLegged: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (args: string[], input = '') =>
    runCommand(args, { input, env: { OAUTH10_URL: service.adminBase } });
  const sign = (more: Partial<SigningInput> = {}, by = consumer) => {
    const request = signRequest({ method: 'GET', url: API, ...by, timestamp: 1e9, ...more });
    return { ...request, authorization: new Map(request.headers).get('Authorization') ?? '' };
  };
  const raw = (authorization: string) =>
    `GET /photos?q=a+b HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: ${authorization}\r\n\r\n`;

  it('shows why a signature does not hold, beside what the client signed', async () => {
    const { authorization, baseString } = sign(HTTP);
    const file = join(folder, 'base-string');
    writeFileSync(file, `${baseString.replace('https%3A', 'http%3A')}\n`);
    const args = ['check-signature', '--base-string', file];
    const { code, stdout, stderr } = await run(args, raw(authorization));
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /^The signature does not hold\.\nproblem +signature_invalid\nhint +scheme_/,
    );
    expect(stdout).toContain('key made of  consumerSecret\n');
    expect(stdout).toContain(
      '  service  https%3A%2F%2Fapi.example.com%2Fphotos\n' +
        '  client   http%3A%2F%2Fapi.example.com%2Fphotos\n' +
        '  first        ^\n',
    );
    expect(stdout).not.toContain(consumer.consumerSecret);
  });

  it('reads raw HTTP, a curl command and a HAR, and says when it holds', async () => {
    const { authorization } = sign();
    const headers = [{ name: 'Authorization', value: authorization }];
    const file = join(folder, 'request.har');
    writeFileSync(file, JSON.stringify({ request: { method: 'GET', url: API, headers } }));
    const given: [string[], string][] = [
      [[], raw(authorization)],
      [[], `curl '${API}' -H 'Authorization: ${authorization}'`],
      [['--file', file], ''],
    ];
    for (const [args, input] of given) {
      const { code, stdout } = await run(['check-signature', ...args], input);
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^The signature holds\.\n/)]);
    }
    const shown = await run(['check-signature', '--json'], raw(authorization));
    expect(JSON.parse(shown.stdout)).toMatchObject({ active: true, keyParts: ['consumerSecret'] });
    const other = await run(['check-signature', '--scheme', 'http'], raw(authorization));
    expect([other.code, other.stdout]).toEqual([1, expect.stringContaining('http%3A%2F%2Fapi')]);
  });

  it.each([
    [['--file', '/nowhere'], '', '/nowhere can'],
    [[], '', 'Line 1: '],
    [[], 'curl -u jane:secret https://a', '-u sends a name and a password'],
    [['--report'], '', '--from FILE and --report belong together'],
    [['--from', '/nowhere', '--report'], '', "can't be read: ENOENT"],
    [['--concurrency', '0'], '', 'It must be a number from 1 to 64'],
  ])('%j is told, with 2', async (args, input, said) => {
    const { code, stdout, stderr } = await run(['check-signature', ...args], input);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(said)]);
  });

  it('replays a log as docs/migrating.md says: who would be refused, flags set, all served', async () => {
    const page = readFileSync('docs/migrating.md', 'utf8');
    const command = (start: string) => {
      const [line] = page.match(new RegExp(`^oauth10 ${start}.*$`, 'm')) ?? [];
      return (line ?? '').split(' ').slice(1);
    };
    const sample = /^\{"method".*\}$/m.exec(page)?.[0] ?? '';
    const other = await service.registerConsumer({ twoLegged: true });
    const line = (more: Partial<SigningInput>, by = consumer) => {
      const { authorization } = sign(more, by);
      const fields = {
        method: 'GET',
        url: API,
        headers: { Authorization: authorization, 'Content-Type': '' },
      };
      return JSON.stringify({ ...fields, body: '' });
    };
    expect(Object.keys(JSON.parse(sample) as object)).toEqual(
      Object.keys(JSON.parse(line({})) as object),
    );
    const log = join(folder, 'access-log.ndjson');
    const lines = [line({}), line(PLUS), line(PLUS, other), '{"method":1}', 'x', '', line(PLUS)];
    writeFileSync(log, `${[...lines, line({ token: 'gone' })].join('\n')}\n`);
    const report = command('check-signature --from').map((word) =>
      word === 'access-log.ndjson' ? log : word,
    );
    const { code, stdout, stderr } = await run(report);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /^1 would be served, 4 refused; 2 lines are no request\.\n\nCONSUMERKEY /,
    );
    const row = (key: string, ...cells: string[]) =>
      new RegExp(`^${[key, ...cells].join(' +')}$`, 'm');
    expect(stdout).toMatch(row(consumer.consumerKey, '\\w+', 'literal_plus', '2', '2'));
    expect(stdout).toMatch(row(other.consumerKey, '\\w+', 'literal_plus', '1', '3'));
    expect(stdout).toMatch(row(consumer.consumerKey, 'token_rejected', '-', '1', '8'));
    expect(stdout).toMatch(/^Line 5 is no JSON$/m);
    expect(stdout).toMatch(/^Line 4 .*\/method/m);

    for (const { consumerKey } of [consumer, other]) {
      const edit = command('consumers edit').map((word) => (word === 'KEY' ? consumerKey : word));
      expect(await run(edit)).toMatchObject({ code: 0, stderr: '' });
    }
    writeFileSync(log, `${[line({}), line(PLUS), line(PLUS, other)].join('\n')}\n`);
    const after = await run([...report, '--json', '--concurrency', '1']);
    expect(after.code).toBe(0);
    expect(JSON.parse(after.stdout)).toEqual({ held: 3, refused: [], unreadable: 0, faults: [] });
  });

  it('ends a report where the service says no to all', async () => {
    const log = join(folder, 'refused.ndjson');
    writeFileSync(log, '{}\n{}\n');
    const { code, stderr } = await runCommand(['check-signature', '--from', log, '--report'], {
      env: { OAUTH10_URL: service.adminBase, OAUTH10_API_KEY: 'x'.repeat(40) },
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('(401 ')]);
  });
});
