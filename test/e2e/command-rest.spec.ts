import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consumerFields } from '../../src/consumers/consumer-fields.js';
import { CONSUMER_OPTIONS } from '../../src/programs/rest/consumer-options.js';
import { runCommand } from '../support/command.js';
import { freePort } from '../support/free-port.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';

jest.setTimeout(60_000);

describe('oauth10 over REST', () => {
  const { service } = serviceForAllTests();
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'oauth10-rest-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (args: string[], input = '', env: Record<string, string> = {}) =>
    runCommand(args, { input, env: { OAUTH10_URL: service.adminBase, ...env } });
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await run([...args, '--json']);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as Record<string, unknown> & { items: Record<string, unknown>[] };
  };

  it('has an option for each field of a consumer but its status', () => {
    const fields = consumerFields.map(([name]) => name).filter((name) => name !== 'status');
    expect(CONSUMER_OPTIONS.map(({ field }) => field).sort()).toEqual([...fields].sort());
  });

  it('registers, edits, disables, rotates and deletes a consumer', async () => {
    const options = ['--callback-url', 'https://a.example/x', '--label', 'team=blue'];
    const made = await json('consumers', 'register', '--name', 'Printer', ...options);
    expect(made).toMatchObject({
      name: 'Printer',
      callbackUrls: ['https://a.example/x'],
      labels: { team: 'blue' },
      consumerSecret: expect.any(String),
    });
    const key = String(made['consumerKey']);
    await json('consumers', 'edit', key, '--description', 'x', '--two-legged', 'true');
    const edited = await json('consumers', 'edit', key, '--clear', 'description');
    expect(edited).toMatchObject({ description: null, twoLegged: true });
    expect(await json('consumers', 'disable', key)).toMatchObject({ status: 'disabled' });
    expect(await json('consumers', 'enable', key)).toMatchObject({ status: 'active' });
    const rotated = await json('consumers', 'rotate-secret', key, '--overlap-seconds', '60');
    expect(rotated['consumerSecret']).not.toBe(made['consumerSecret']);
    const { code, stdout } = await run(['consumers', 'show', key]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^consumerKey +\S+\nname +Printer\n/),
    ]);
    expect((await run(['consumers', 'delete', key])).stdout).toBe(`${key} is deleted.\n`);
    const gone = await run(['consumers', 'show', key]);
    expect([gone.code, gone.stdout]).toEqual([1, '']);
    expect(gone.stderr).toMatch(/\(404 \w+\)\n {2}request \S+\n$/);
  });

  it('takes over a secret by standard input, and says what is wrong by field', async () => {
    const input = JSON.stringify({ consumerKey: 'old', consumerSecret: 'its own' });
    const taken = await run(['consumers', 'register', '--name', 'Old', '--input', '-'], input);
    expect([taken.code, taken.stderr]).toEqual([0, '']);
    const wrong = await run(['consumers', 'register', '--name', 'x', '--callback-url', 'nowhere']);
    expect([wrong.code, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toMatch(/\(400 \w+\)\n {2}\/callbackUrls\/0 /);
    const unread = await run(['consumers', 'register', '--input', '-'], 'secret');
    expect([unread.code, unread.stderr]).toEqual([2, '- is no JSON object\n']);
  });

  it('pages by cursor, and through all', async () => {
    for (let n = 0; n < 3; n += 1) await service.registerConsumer({ name: `Paged ${n}` });
    const first = await run(['consumers', 'list', '--q', 'Paged', '--limit', '2']);
    expect(first.stdout.trim().split('\n')).toHaveLength(3);
    const cursor = /--cursor (\S+)/.exec(first.stderr)?.[1] ?? '';
    const page = ['consumers', 'list', '--q', 'Paged', '--limit', '2'];
    const second = await json(...page, '--cursor', cursor);
    expect([second.items.length, second['nextCursor']]).toEqual([1, null]);
    const all = await json(...page, '--all');
    expect([all.items.length, all['nextCursor']]).toEqual([3, null]);
    const table = await run([...page, '--all']);
    expect([table.stdout.trim().split('\n').length, table.stderr]).toEqual([4, '']);
  });

  it('mints, lists and revokes tokens', async () => {
    const { consumerKey } = await service.registerConsumer({ scopes: ['read'] });
    const mint = ['tokens', 'mint', consumerKey, '--subject', 'jane', '--scope', 'read'];
    const { token } = await json(...mint);
    const listed = await json('tokens', 'list', '--consumer-key', consumerKey);
    expect(listed.items).toMatchObject([{ token, subject: 'jane', status: 'active' }]);
    expect((await run(['tokens', 'revoke', String(token)])).code).toBe(0);
    expect(await json('tokens', 'show', String(token))).toMatchObject({ status: 'revoked' });
    await json(...mint);
    expect(await json('tokens', 'revoke', '--subject', 'jane')).toEqual({ revoked: 1 });
    expect((await run(['tokens', 'revoke'])).code).toBe(2);
  });

  it('makes keys, which hold for what they may, and deletes them', async () => {
    const made = await json('api-keys', 'create', '--name', 'ci', '--role', 'auditor');
    const file = join(folder, 'key');
    writeFileSync(file, `${String(made['key'])}\n`);
    const asAuditor = ['--api-key-file', file];
    expect((await run(['api-keys', 'list', ...asAuditor])).stdout).toContain(String(made['id']));
    const refused = await run(['consumers', 'register', '--name', 'x', ...asAuditor]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('(403 ')]);
    await run(['api-keys', 'delete', String(made['id'])]);
    expect((await run(['api-keys', 'list', ...asAuditor])).stderr).toContain('(401 ');
  });

  it.each<[string, Record<string, string>, string]>([
    ['no key', { OAUTH10_API_KEY: '' }, 'No API key'],
    ['no URL', { OAUTH10_URL: 'nowhere' }, 'OAUTH10_URL must be'],
    [
      'a port for something else',
      { OAUTH10_URL: 'http://127.0.0.1:9' },
      "can't be reached: bad port",
    ],
    ['a file that is not there', { OAUTH10_API_KEY_FILE: '/nowhere' }, "can't be read: ENOENT"],
  ])('%s is told, with 2', async (_, env, said) => {
    const { code, stdout, stderr } = await run(['consumers', 'list'], '', env);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(said)]);
  });

  it('says that nobody is there, with 2', async () => {
    const env = { OAUTH10_URL: `http://127.0.0.1:${await freePort()}` };
    const { code, stderr } = await run(['api-keys', 'list'], '', env);
    expect([code, stderr]).toEqual([2, expect.stringContaining("can't be reached: ECONNREFUSED")]);
  });

  it('asks again under the same Idempotency-Key, after Retry-After', async () => {
    const keys: unknown[] = [];
    const { outcome } = await against(
      ['consumers', 'register', '--name', 'x'],
      (request, reply) => {
        keys.push(request.headers['idempotency-key']);
        const isFirst = keys.length === 1;
        reply.writeHead(isFirst ? 503 : 201, { 'Retry-After': '0' });
        reply.end(isFirst ? '{}' : '{"consumerKey":"a\\u001b[31m"}');
      },
    );
    expect(outcome).toMatchObject({ code: 0, stdout: 'consumerKey  a?[31m\n' });
    expect([keys.length, keys[0]]).toEqual([2, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(keys[1]).toBe(keys[0]);
  });

  it('waits for a try of its own that is in flight still', async () => {
    let calls = 0;
    const { outcome } = await against(['consumers', 'register', '--name', 'x'], (_, reply) => {
      calls += 1;
      const isMade = calls === 7;
      reply.writeHead(isMade ? 201 : calls === 1 ? 503 : 409, { 'Retry-After': '0' });
      reply.end(isMade ? '{"consumerKey":"a"}' : '{"code":"request_in_flight"}');
    });
    expect([outcome.code, outcome.stdout, calls]).toEqual([0, 'consumerKey  a\n', 7]);
  });

  it('takes any other conflict for an answer', async () => {
    let calls = 0;
    const { outcome } = await against(['consumers', 'register', '--name', 'x'], (_, reply) => {
      calls += 1;
      reply.writeHead(409).end('{"code":"consumer_key_taken"}');
    });
    expect([outcome.code, calls]).toEqual([1, 1]);
  });

  it('says what answers instead of an admin listener', async () => {
    const { outcome } = await against(['api-keys', 'list'], (_, reply) => reply.end('<html>'));
    expect(outcome).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no admin listener'),
    });
  });

  it('ends when nobody reads on', async () => {
    const page = JSON.stringify({ items: [{ id: 'x'.repeat(50_000) }], nextCursor: 'more' });
    const listener: RequestListener = (_, reply) => reply.end(page);
    const { server, url } = await serve(listener);
    const child = spawn(
      process.execPath,
      ['dist/programs/oauth10.js', 'api-keys', 'list', '--all'],
      {
        env: { PATH: process.env['PATH'], OAUTH10_API_KEY: ADMIN_API_KEY, OAUTH10_URL: url },
      },
    );
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number];
    server.close().closeAllConnections();
    expect([code, stderr]).toEqual([0, '']);
  });
});

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function against(args: string[], listener: RequestListener) {
  const { server, url } = await serve(listener);
  const outcome = await runCommand(args, { env: { OAUTH10_URL: url } });
  server.close().closeAllConnections();
  return { outcome };
}
