import type { TestBrowser } from '../support/browser.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { signedInStaff } from '../support/staff.js';

type Fields = [string, string][];

/** As in the admin API (docs/adr/0015). A form that is shown again because of a fault is also a refusal. */
describe('the console: a change that is refused is on record', () => {
  const { service } = serviceForAllTests();
  let staff: TestBrowser;
  let consumerKey: string;
  let formToken: [string, string];

  beforeAll(async () => {
    staff = await signedInStaff(service);
    ({ consumerKey } = await service.registerConsumer());
    await staff.open('/console/import');
    const { fields } = staff.formWith('Import file');
    formToken = fields.find(([name]) => name === 'form_token') as [string, string];
    const secret = `/admin/consumers/${consumerKey}/secret`;
    await service.admin('POST', secret, { overlapSeconds: 3600 });
  });

  const refusals = async () =>
    (await service.admin('GET', '/admin/audit-events?action=call.refuse&limit=200')).json<{
      items: { actor: string; target: string; detail: object }[];
    }>().items;

  it.each<[string, Fields, number, string]>([
    ['consumer-registration', [['name', '']], 400, 'validation_failed'],
    [
      'consumer-registration',
      [
        ['name', 'Another'],
        ['consumerKey', 'KEY'],
      ],
      400,
      'consumer_key_taken',
    ],
    [
      'consumers/KEY/edit',
      [
        ['name', 'Late'],
        ['version', '77'],
      ],
      409,
      'precondition_failed',
    ],
    ['consumers/KEY/edit', [['name', '']], 400, 'validation_failed'],
    ['consumers/KEY/secret', [['overlapSeconds', '60']], 409, 'secret_overlap_running'],
    ['consumers/KEY/secret', [['overlapSeconds', '-1']], 400, 'validation_failed'],
    ['consumers/KEY/status', [['status', 'other']], 400, 'validation_failed'],
    ['consumers/KEY/delete', [['confirm', 'another']], 400, 'validation_failed'],
    ['consumers/nobody/status', [['status', 'disabled']], 404, 'not_found'],
    ['scopes', [['scope', '']], 400, 'validation_failed'],
    ['api-keys', [['name', '']], 400, 'validation_failed'],
    ['token-minting', [['consumerKey', 'KEY']], 400, 'validation_failed'],
    [
      'token-minting',
      [
        ['consumerKey', 'nobody'],
        ['subject', 'jane'],
      ],
      400,
      'not_found',
    ],
    ['token-revocation', [], 400, 'validation_failed'],
    ['import', [['lines', '{}']], 400, 'validation_failed'],
    ['signature-check', [['request', 'none']], 400, 'validation_failed'],
  ])('POST %s %j: %i %s', async (path, fields, status, code) => {
    const inPlace = (text: string) => text.replaceAll('KEY', consumerKey);
    const target = `/console/${inPlace(path)}`;
    const sent = fields.map(([name, value]): [string, string] => [name, inPlace(value)]);
    const reply = await staff.post(target, [formToken, ...sent]);
    expect(reply.status).toBe(status);
    expect(await refusals()).toContainEqual(
      expect.objectContaining({
        actor: 'ADMIN_API_KEY',
        target: `POST ${target}`,
        detail: expect.objectContaining({ status, code }),
      }),
    );
  });

  it('POST import/file without a file', async () => {
    const target = '/console/import/file';
    expect((await staff.upload(target, [formToken])).status).toBe(400);
    expect(await refusals()).toContainEqual(
      expect.objectContaining({ actor: 'ADMIN_API_KEY', target: `POST ${target}` }),
    );
  });

  it('and a page that is not there is none', async () => {
    expect((await staff.open('/console/consumers/nobody')).status).toBe(404);
    const targets = (await refusals()).map(({ target }) => target);
    expect(targets.filter((target) => target.startsWith('GET'))).toEqual([]);
  });
});
