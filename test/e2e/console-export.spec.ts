import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { keyOf, linkOn, signedInStaff } from '../support/staff.js';

const EXPORTS = `SELECT actor, detail FROM audit_events WHERE action = 'records.export' ORDER BY id`;

describe('the console: export', () => {
  const { database, service } = serviceForAllTests();

  const lines = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('admin: the file of the admin API, with secrets where they are ticked, and on record', async () => {
    const consumer = await service.registerConsumer();
    const { token } = await service.accessToken(consumer);
    const staff = await signedInStaff(service);
    await staff.open('/console/consumers');
    await staff.open(linkOn(staff, 'Export'));
    expect(staff.text).toContain('Who has a file with secrets can sign as every consumer');
    const form = staff.page;

    const without = await staff.press('Download');
    expect(without.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': 'attachment; filename="oauth10.ndjson"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(without.text).toBe((await service.admin('GET', '/admin/export')).text);
    expect(without.text).not.toContain(consumer.consumerSecret);

    staff.page = form;
    const { action, fields } = staff.formWith('Download');
    const withSecrets = await staff.post(action, [...fields, ['secrets', 'true']]);
    expect(lines(withSecrets.text)).toMatchObject([
      { consumerKey: consumer.consumerKey, consumerSecret: consumer.consumerSecret },
      { token, tokenSecret: expect.any(String) },
      { type: 'end', consumers: 1, tokens: 1 },
    ]);
    const events = await database.query<{ detail: { secrets: boolean } }>(EXPORTS);
    expect(events.map(({ detail }) => detail.secrets)).toEqual([false, false, true]);
  });

  it('auditor: neither the link nor the page, and nothing leaves', async () => {
    const { key } = await keyOf(service, 'auditor');
    const auditor = await signedInStaff(service, { key });
    await auditor.open('/console/consumers');
    expect(auditor.page.text).not.toContain('/console/export');
    expect((await auditor.open('/console/export')).status).toBe(403);
    expect((await auditor.post('/console/export', [['secrets', 'true']])).status).toBe(403);
    expect(await database.query(EXPORTS)).toHaveLength(3);
  });

  it('a form that was forged takes nothing along', async () => {
    const staff = await signedInStaff(service);
    const forged = await staff.post('/console/export', [['secrets', 'true']]);
    expect([forged.status, forged.headers['content-type']]).toEqual([
      403,
      'text/html; charset=utf-8',
    ]);
    expect(await database.query(EXPORTS)).toHaveLength(3);
  });
});
