import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { multipart, type Part } from '../support/multipart.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { keyOf, signedInStaff } from '../support/staff.js';
import { consumer, file, token } from '../support/transfer-lines.js';
import { NO_ROWS, transferRows } from '../support/transfer-rows.js';

const FORM = '/console/import/file';
const LINES = 6_000;

describe('the console: import of a file', () => {
  const { database, service } = serviceForAllTests();
  let staff: TestBrowser;

  beforeAll(async () => {
    staff = await signedInStaff(service);
  });
  beforeEach(async () => {
    await database.query('DELETE FROM consumers');
    await staff.open('/console/import');
  });

  const rows = () => transferRows(database);
  /** The fields before the file: the form token, and the dry run, which is checked. */
  const fields = (): Part[] => staff.formWith('Import file').fields;
  const tokenAlone = (): Part[] => fields().filter(([name]) => name === 'form_token');
  const upload = (text: string): Part => ['file', text, 'file.ndjson'];
  const tokens = Array.from({ length: LINES }, (_, n) => token({ token: `t${n}` }));
  const small = file(consumer());
  const large = file(small.trim(), ...tokens);

  it('sends its token first and the file last, as a form with a file', () => {
    const [form = ''] = /<form[^>]*action="\/console\/import\/file".*?<\/form>/s.exec(
      staff.page.text,
    ) ?? [''];
    expect(form).toContain('enctype="multipart/form-data"');
    const names = [...form.matchAll(/<input[^>]* name="(\w+)"/g)].map(([, name]) => name);
    expect(names).toEqual(['form_token', 'dryRun', 'file']);
  });

  it('takes over some thousand lines, more than any other form has, and records who did', async () => {
    expect(large.length).toBeGreaterThan(512 * 1024);
    const looked = await staff.upload(FORM, [...fields(), upload(large)]);
    expect(looked.status).toBe(200);
    expect(staff.text).toContain(`To be taken over: 1 consumers, ${LINES} tokens.`);
    expect(staff.text).toContain('Choose the file once more, without the dry run');
    expect(await rows()).toEqual(NO_ROWS);
    // On this page the dry run is no longer checked.
    await staff.upload(FORM, [...fields(), upload(large)]);
    expect(staff.text).toContain(`Taken over: 1 consumers, ${LINES} tokens.`);
    expect(await rows()).toEqual({ consumers: 1, tokens: LINES, staged: 0 });
    const [event] = await database.query(
      `SELECT actor, detail->'tokens' AS tokens FROM audit_events
       WHERE action = 'records.import' ORDER BY id DESC LIMIT 1`,
    );
    expect(event).toEqual({ actor: 'ADMIN_API_KEY', tokens: LINES });
  });

  it('tells a faulty line with its number, keeps the dry run ticked, and takes over nothing', async () => {
    const faulty = file(consumer(), ...tokens, token({ token: 'wrong', scopes: 7 }));
    const reply = await staff.upload(FORM, [...fields(), upload(faulty)]);
    expect(reply.status).toBe(400);
    expect(staff.text).toMatch(
      new RegExp(`Nothing was imported\\..* ${LINES + 2} /scopes must be a list`),
    );
    expect(fields()).toContainEqual(['dryRun', 'true']);
    await staff.upload(FORM, [...tokenAlone(), upload(faulty)]);
    expect([staff.page.status, fields()]).toEqual([400, tokenAlone()]);
    expect(await rows()).toEqual(NO_ROWS);
  });

  it('tells what is there already with 409', async () => {
    await staff.upload(FORM, [...tokenAlone(), upload(small)]);
    await staff.open('/console/import');
    await staff.upload(FORM, [...tokenAlone(), upload(small)]);
    expect(staff.page.status).toBe(409);
    expect(staff.text).toContain('1 is there already');
  });

  const FORGED: [string, () => Part[]][] = [
    ['no token', () => [upload(small)]],
    ['no token, and a long file', () => [upload(large)]],
    ['a wrong token', () => [['form_token', '1.x'], upload(small)]],
    ['the token behind the file', () => [upload(small), ...tokenAlone()]],
    ['another field before the token', () => [['dryRun', ''], ...tokenAlone(), upload(small)]],
    ['a field without an end before the token', () => [['x', large], ...tokenAlone()]],
  ];
  it.each(FORGED)('%s: 403, and nothing is taken', async (_, parts) => {
    const reply = await staff.upload(FORM, parts());
    expect([reply.status, staff.title]).toEqual([403, 'This form is out of date']);
    expect(await rows()).toEqual(NO_ROWS);
  });

  it('a form of another kind has no token either', async () => {
    const reply = await staff.post(FORM, tokenAlone() as [string, string][]);
    expect(reply.status).toBe(403);
  });

  it.each([
    ['Origin', 'https://elsewhere.example.com'],
    ['Sec-Fetch-Site', 'cross-site'],
  ])('from elsewhere, by %s: 403, also with the token', async (name, value) => {
    const parts = [...tokenAlone(), upload(small)];
    expect((await staff.upload(FORM, parts, [[name, value]])).status).toBe(403);
    expect(await rows()).toEqual(NO_ROWS);
  });

  const MALFORMED: [string, () => Part[]][] = [
    ['two files', () => [...tokenAlone(), upload(large), upload(small)]],
    ['a dry run behind the file', () => [...tokenAlone(), upload(large), ['dryRun', 'true']]],
    ['a file of another name', () => [...tokenAlone(), ['other', large, 'file.ndjson']]],
    ['parts without end', () => [...fields(), ['a', ''], ['b', ''], upload(large)]],
  ];
  it.each(MALFORMED)('%s: 400, and nothing is taken', async (_, parts) => {
    const reply = await staff.upload(FORM, parts());
    expect([reply.status, staff.title]).toEqual([400, 'This form cannot be read']);
    expect(await rows()).toEqual(NO_ROWS);
  });

  it.each<[string, Part[]]>([
    ['as browsers say so', [['file', '', '']]],
    ['no part', []],
  ])('no file (%s): says so beside the field', async (_, parts) => {
    await staff.upload(FORM, [...fields(), ...parts]);
    expect(staff.page.status).toBe(400);
    expect(staff.text).toContain('Choose a file.');
  });

  it.each(['auditor', 'consent'])('%s: 403 before the token', async (role) => {
    const { key } = await keyOf(service, role);
    const other = await signedInStaff(service, { key });
    const reply = await other.upload(FORM, [...tokenAlone(), upload(large)]);
    expect([reply.status, other.title]).toEqual([403, 'Your role does not allow this']);
    expect(await rows()).toEqual(NO_ROWS);
  });

  /** Sends the large file, or another, without its last octets. */
  const sendBut = (octets: number, browser = staff, text = large) => {
    const { type, body } = multipart([...tokenAlone(), upload(text)]);
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    const socket = connect(Number(new URL(service.adminBase).port), '127.0.0.1');
    const sent = body.length - octets;
    socket.write(
      `POST ${FORM} HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\nContent-Type: ${type}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body.slice(0, sent)}`,
    );
    return { socket, rest: body.slice(sent) };
  };
  const isStaging = () => eventually(rows, (row) => (row?.['staged'] ?? 0) > 2_000);

  it('stages lines while the file still comes, and leaves nothing of one that is cut short', async () => {
    const { socket } = sendBut(100);
    await isStaging();
    socket.destroy();
    await eventually(rows, (row) => row?.['staged'] === 0);
    expect(await rows()).toEqual(NO_ROWS);
  });

  it('refused while the file still comes: its connection ends', async () => {
    const { type, body } = multipart([...tokenAlone(), ['other', large, 'file.ndjson']]);
    const cookie = [...staff.cookies].map((pair) => pair.join('=')).join('; ');
    const socket = connect(Number(new URL(service.adminBase).port), '127.0.0.1');
    socket.write(
      `POST ${FORM} HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\nContent-Type: ${type}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body.slice(0, 1_000)}`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 [^]*\r\nConnection: close\r\n/);
    await once(socket, 'close');
  });

  it('leaves nothing of a file that came as a whole, and whose client went meanwhile', async () => {
    await database.query(`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$`);
    await database.query(
      'CREATE TRIGGER wait AFTER INSERT ON import_tokens FOR EACH STATEMENT EXECUTE FUNCTION wait()',
    );
    try {
      // One batch, and as much as the buffers hold while that batch is staged.
      const { socket } = sendBut(0, staff, file(small.trim(), ...tokens.slice(0, 2_900)));
      await eventually(
        () => database.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`),
        (sleeping) => sleeping.length === 1,
      );
      socket.destroy();
      await eventually(rows, (row) => row?.['staged'] !== 0);
      await eventually(rows, (row) => row?.['staged'] === 0);
      expect(await rows()).toEqual(NO_ROWS);
    } finally {
      await database.query('DROP FUNCTION wait CASCADE');
    }
  });

  it('takes over a file that came for longer than a session may be idle', async () => {
    const { socket, rest } = sendBut(100);
    await isStaging();
    await database.query(`UPDATE staff_sessions SET last_seen_at = now() - interval '31 minutes'`);
    socket.write(rest);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
    // The upload does not extend the session.
    await staff.open('/console/import');
    expect(staff.page.text).not.toContain('Import file');
    staff = await signedInStaff(service);
  });

  it('takes nothing over for a key that was deleted while the file came', async () => {
    const { id, key } = await keyOf(service, 'admin');
    const other = await signedInStaff(service, { key });
    await other.open('/console/import');
    staff = other;
    const { socket, rest } = sendBut(100, other);
    await isStaging();
    expect((await service.admin('DELETE', `/admin/api-keys/${id}`)).status).toBe(204);
    socket.write(rest);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 403 [^]*You are not signed in/);
    socket.destroy();
    staff = await signedInStaff(service);
    expect(await rows()).toEqual(NO_ROWS);
  });
});
