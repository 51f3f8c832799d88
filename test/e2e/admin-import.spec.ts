import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { send, type HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';
import { keyOf } from '../support/staff.js';
import { consumer, file, token } from '../support/transfer-lines.js';
import { NO_ROWS, transferRows } from '../support/transfer-rows.js';

describe('Admin API: import', () => {
  const { database, service } = serviceForAllTests();

  beforeEach(() => database.query('DELETE FROM consumers'));

  const importFile = (text: string | Buffer, query = ''): Promise<HttpReply> =>
    service.adminFile(`/admin/import${query}`, text);
  const rows = () => transferRows(database);
  const echo = (tokenSecret = 'and its secret') =>
    service.signed({
      method: 'GET',
      target: '/oauth/oauth10/echo',
      consumerKey: 'printer',
      consumerSecret: 'the secret of ten years',
      token: 'old-token',
      tokenSecret,
    });

  it('takes over consumers and tokens with their own keys and secrets, in any order', async () => {
    const reply = await importFile(file(token(), consumer()));
    expect([reply.status, reply.json()]).toEqual([200, { dryRun: false, consumers: 1, tokens: 1 }]);
    expect((await echo()).status).toBe(200);
    expect((await echo('another')).form()['oauth_problem']).toBe('signature_invalid');
    expect(await rows()).toEqual({ consumers: 1, tokens: 1, staged: 0 });
    const shown = await service.admin('GET', '/admin/consumers/printer');
    expect(shown.json()).toMatchObject({ name: 'Photo printer', status: 'active', scopes: [] });
    const [event] = await database.query(
      `SELECT actor, detail FROM audit_events WHERE action = 'records.import' ORDER BY id DESC`,
    );
    expect(event).toEqual({
      actor: 'ADMIN_API_KEY',
      detail: {
        consumers: 1,
        tokens: 1,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        address: '127.0.0.1',
        requestId: expect.any(String),
      },
    });
  });

  it('takes a byte order mark, CR LF, empty lines and a last line without an end', async () => {
    const text = `\uFEFF${JSON.stringify(consumer())}\r\n\r\n\n${JSON.stringify(token())}`;
    expect((await importFile(text)).json()).toMatchObject({ consumers: 1, tokens: 1 });
    expect((await echo()).status).toBe(200);
  });

  it('takes a date with an offset that PostgreSQL does not read', async () => {
    const createdAt = '2020-01-01T00:00:00+20:00';
    expect((await importFile(file(consumer(), token({ createdAt })))).status).toBe(200);
    const [row] = await database.query<{ created_at: Date }>(
      'SELECT created_at FROM access_tokens',
    );
    expect(row?.created_at).toEqual(new Date(createdAt));
  });

  it('looks only, on a dry run', async () => {
    const reply = await importFile(file(consumer(), token()), '?dryRun=true');
    expect(reply.json()).toEqual({ dryRun: true, consumers: 1, tokens: 1 });
    expect(await rows()).toEqual(NO_ROWS);
    const refused = await importFile(file(token()), '?dryRun=true');
    expect(refused.status).toBe(409);
  });

  it.each<[string, string, string]>([
    ['no JSON', 'not json', '/1'],
    ['a list', '[]', '/1/type'],
    ['null', 'null', '/1/type'],
    ['another type', file({ type: 'nonce' }), '/1/type'],
    ['a property twice', '{"type":"consumer","type":"token"}', '/1'],
    ['a property that is unknown', file(consumer({ consumerkey: 'x' })), '/1/consumerkey'],
    ['a wrong type', file(consumer({ twoLegged: 'yes' })), '/1/twoLegged'],
    ['an evil callback', file(consumer({ callbackUrls: ['javascript:x'] })), '/1/callbackUrls/0'],
    ['no secret', file(consumer({ consumerSecret: null })), '/1/consumerSecret'],
    ['half a rotation', file(consumer({ previousSecret: 'x' })), '/1/previousSecretExpiresAt'],
    ['a key that no path can name', file(consumer({ consumerKey: '..' })), '/1/consumerKey'],
    [
      'a token without a secret',
      file(consumer(), { ...token(), tokenSecret: 7 }),
      '/2/tokenSecret',
    ],
    ['a bad date', file(consumer(), token({ expiresAt: '2030-02-30' })), '/2/expiresAt'],
    ['a repeated key', file(consumer(), '', consumer({ name: 'Other' })), '/3'],
    ['a repeated token', file(consumer(), token(), token()), '/3'],
    ['a file of nothing', '\n\n', ''],
    ['an end that does not fit', file(consumer(), { type: 'end', consumers: 2, tokens: 0 }), '/2'],
    [
      'lines after the end',
      file(consumer(), { type: 'end', consumers: 1, tokens: 0 }, token()),
      '/3',
    ],
    ['a line of a megabyte', `${file(consumer())}${' '.repeat(1024 * 1024)}x\n`, '/2'],
  ])('refuses %s, tells the line, and takes over nothing', async (_, text, pointer) => {
    const reply = await importFile(text);
    expect([reply.status, reply.json()]).toEqual([400, expect.anything()]);
    expect(reply.json()).toMatchObject({ code: 'validation_failed', errors: [{ pointer }] });
    expect(await rows()).toEqual(NO_ROWS);
  });

  it('refuses octets that are not UTF-8', async () => {
    const octets = Buffer.from(file(consumer({ name: 'caf\u00e9' })), 'latin1');
    expect((await importFile(octets)).json().errors).toEqual([
      { pointer: '/1', detail: 'must be one JSON object in UTF-8' },
    ]);
  });

  it('never repeats a secret in a refusal', async () => {
    const reply = await importFile(file(consumer({ consumerSecret: 'hush\u0000hush' }), '{"hush'));
    expect(reply.status).toBe(400);
    expect(reply.text).not.toContain('hush');
  });

  it('tells fifty faults of a thousand', async () => {
    const lines = Array.from({ length: 1000 }, () => 'x');
    expect((await importFile(file(...lines))).json().errors).toHaveLength(50);
  });

  it('refuses what is there already and tokens of nobody, by line, and takes over nothing', async () => {
    await importFile(file(consumer(), token()));
    const reply = await importFile(
      file(
        consumer({ consumerKey: 'new' }),
        consumer({ name: 'Again' }),
        token({ subject: 'joe' }),
        token({ token: 'other', consumerKey: 'nobody' }),
      ),
    );
    expect([reply.status, reply.json()]).toEqual([
      409,
      expect.objectContaining({
        code: 'import_conflict',
        errors: [
          { pointer: '/2', detail: 'is there already' },
          { pointer: '/3', detail: 'is there already' },
          { pointer: '/4/consumerKey', detail: 'is neither registered nor in the file' },
        ],
      }),
    ]);
    expect(await rows()).toEqual({ consumers: 1, tokens: 1, staged: 0 });
  });

  it.each([
    ['application/json', 415],
    ['text/plain', 415],
    ['application/x-ndjson; charset=latin1', 415],
    ['application/jsonl; charset=utf-8', 200],
  ])('answers a file of type %s with %i', async (type, status) => {
    const headers: [string, string][] = [
      ['Authorization', `Bearer ${ADMIN_API_KEY}`],
      ['Content-Type', type],
    ];
    const [base, body] = [service.adminBase, file(consumer())];
    const reply = await send({ base, method: 'POST', target: '/admin/import', headers, body });
    expect(reply.status).toBe(status);
  });

  it.each(['/admin/import?dryRun=maybe', '/admin/import?dry=true'])('refuses %s', async (path) => {
    expect((await service.adminFile(path, file(consumer()))).status).toBe(400);
    expect((await service.admin('GET', '/admin/export?secrets=1')).status).toBe(400);
    expect(await rows()).toEqual(NO_ROWS);
  });

  it('takes over nothing of a body that ends early, and leaves nothing staged', async () => {
    const socket = connect(Number(new URL(service.adminBase).port), '127.0.0.1');
    const lines = Array.from({ length: 3000 }, (_, n) => token({ token: `t${n}` }));
    const body = file(consumer(), ...lines);
    socket.write(
      `POST /admin/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_API_KEY}\r\n` +
        `Content-Type: application/x-ndjson\r\nContent-Length: ${body.length + 10}\r\n\r\n${body}`,
    );
    while ((await rows())?.['staged'] === 0) await sleep(10);
    socket.destroy();
    while ((await rows())?.['staged'] !== 0) await sleep(10);
    expect(await rows()).toEqual(NO_ROWS);
  });

  it('takes nothing over for a key that was deleted while the file came', async () => {
    const { id, key } = await keyOf(service, 'admin');
    const socket = connect(Number(new URL(service.adminBase).port), '127.0.0.1');
    const lines = Array.from({ length: 3000 }, (_, n) => token({ token: `t${n}` }));
    const body = file(consumer(), ...lines);
    socket.write(
      `POST /admin/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n` +
        `Content-Type: application/x-ndjson\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -9)}`,
    );
    while ((await rows())?.['staged'] === 0) await sleep(10);
    expect((await service.admin('DELETE', `/admin/api-keys/${id}`)).status).toBe(204);
    socket.write(body.slice(-9));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /);
    socket.destroy();
    expect(await rows()).toEqual(NO_ROWS);
  });

  it('makes one of two files that bring the same key, raced', async () => {
    const lines = Array.from({ length: 500 }, (_, n) => token({ token: `t${n}` }));
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => importFile(file(consumer(), ...lines))),
    );
    const statuses = replies.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 409, 409, 409]);
    expect(await rows()).toEqual({ consumers: 1, tokens: 500, staged: 0 });
  });
});
