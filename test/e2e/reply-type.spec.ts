import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY, type TestConsumer } from '../support/service.js';

const INITIATE = '/oauth/oauth10/initiate';
const FORM = 'application/x-www-form-urlencoded';
const PLAIN = 'text/plain; charset=utf-8';

/** Accept, then the type of the reply with REPLY_TYPE=text/plain, and with the form type. */
const ANSWERS: [string | undefined, string, string][] = [
  // Accept is missing or prefers neither type: the setting decides.
  [undefined, PLAIN, FORM],
  ['', PLAIN, FORM],
  ['*/*', PLAIN, FORM],
  ['*/*;q=0.1', PLAIN, FORM],
  [`${FORM}, text/plain`, PLAIN, FORM],
  [`text/plain, ${FORM}`, PLAIN, FORM],
  [`${FORM};q=0.7, text/plain;q=0.7`, PLAIN, FORM],
  [`${FORM}, */*`, PLAIN, FORM],
  ['text/plain, */*', PLAIN, FORM],
  ['TEXT/*, application/*', PLAIN, FORM],
  ['text/html;q=0.9, */*;q=0.8', PLAIN, FORM],
  // Accept prefers one type, however slightly: Accept decides.
  ['text/*', PLAIN, PLAIN],
  ['application/*', FORM, FORM],
  ['text/plain;charset=utf-8', PLAIN, PLAIN],
  ['Text/Plain', PLAIN, PLAIN],
  [FORM, FORM, FORM],
  [`text/plain;q=0.5, ${FORM}`, FORM, FORM],
  [`text/plain, ${FORM};q=0.5`, PLAIN, PLAIN],
  [`${FORM};q=0.701, text/*;q=0.7`, FORM, FORM],
  [`${FORM};q=0.7, text/*;q=0.701`, PLAIN, PLAIN],
  [`text/plain;q=0, ${FORM};q=0.001`, FORM, FORM],
  [`text/plain;q=0.001, ${FORM};q=0`, PLAIN, PLAIN],
  ['text/plain;q=0, */*', FORM, FORM],
  [`${FORM};q=0, */*`, PLAIN, PLAIN],
  [`${FORM};q=0.5, */*;q=0.6`, PLAIN, PLAIN],
  ['text/plain;q=0.5, */*;q=0.6', FORM, FORM],
];

describe.each([
  ['text/plain', 0],
  [FORM, 1],
] as const)('contract section 2: REPLY_TYPE=%s', (setting, column) => {
  const { database, service } = serviceForAllTests({ REPLY_TYPE: setting });
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await service.registerConsumer();
  });

  const rows = ANSWERS.map(([accept, ...types]) => [accept, types[column]] as const);
  const headersFor = (accept?: string): [string, string][] =>
    accept === undefined ? [] : [['Accept', accept]];

  const nonces = () => database.query('SELECT count(*) FROM nonces');

  it.each(rows)(
    'Accept: %s is answered as %s, by success and refusal alike',
    async (accept, type) => {
      const headers = headersFor(accept);
      const input = { method: 'POST', target: INITIATE, callback: 'oob', ...consumer, headers };
      const success = await service.signed(input);
      const refusal = await service.signed({ ...input, consumerSecret: 'wrong' });
      expect([success.status, success.headers['content-type']]).toEqual([200, type]);
      expect([refusal.status, refusal.headers['content-type']]).toEqual([401, type]);
      expect(refusal.form()).toMatchObject({ oauth_problem: 'signature_invalid' });
    },
  );

  it('an Accept that allows neither: 406, nothing consumed; a refusal elsewhere is in the usual type', async () => {
    const headers = headersFor('application/json');
    const input = { method: 'POST', callback: 'oob', ...consumer, headers };
    const before = await nonces();
    expect((await service.signed({ ...input, target: INITIATE })).status).toBe(406);
    expect(await nonces()).toEqual(before);
    const echo = await service.signed({
      ...input,
      target: '/oauth/oauth10/echo',
      consumerSecret: 'wrong',
    });
    expect([echo.status, echo.headers['content-type']]).toEqual([400, column === 0 ? PLAIN : FORM]);
  });

  it.each(['/authz/nginx', '/authz/forward-auth', '/authz/ext-authz/a'])(
    '%s refuses in the usual type, too',
    async (target) => {
      const headers: [string, string][] = [
        ['X-Gateway-Key', ADMIN_API_KEY],
        ['X-Original-Method', 'GET'],
        ['X-Original-URL', 'https://api.example.com/a'],
        ['X-Forwarded-Method', 'GET'],
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Host', 'api.example.com'],
        ['X-Forwarded-Uri', '/a'],
      ];
      const reply = await send({ base: service.adminBase, target, headers });
      expect(reply.headers['content-type']).toBe(column === 0 ? PLAIN : FORM);
      expect(reply.form()).toMatchObject({ oauth_problem: 'parameter_absent' });
    },
  );
});
