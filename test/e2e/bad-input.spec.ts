import { send, sendRaw } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer, TestService } from '../support/service.js';

const INITIATE = '/oauth/oauth10/initiate';
const FORM = 'application/x-www-form-urlencoded';

describe('what a stranger may send', () => {
  const { database, service } = serviceForAllTests();
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await service.registerConsumer();
  });

  const initiate = (change: Partial<Parameters<TestService['signed']>[0]> = {}) =>
    service.signed({ method: 'POST', target: INITIATE, callback: 'oob', ...consumer, ...change });
  const nonces = async (): Promise<number> => {
    const [row] = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM nonces');
    return row?.n ?? -1;
  };

  describe('bad input', () => {
    const authorization = (header: string) =>
      send({
        base: service.publicBase,
        method: 'POST',
        target: INITIATE,
        headers: [['Authorization', header]],
      });

    it.each([
      'OAuth oauth_consumer_key',
      'OAuth oauth_consumer_key="unterminated',
      'OAuth ="x"',
      'OAuth oauth_nonce="%zz"',
      'OAuth oauth_nonce="%00"',
      'OAuth oauth_nonce="%ED%A0%80"',
      `OAuth oauth_nonce="${'n'.repeat(12_000)}"`,
      `OAuth ${'a="b",'.repeat(300)}oauth_nonce="n"`,
      'OAuth oauth_consumer_key="a", oauth_consumer_key="b"',
      'OAuth ,,,,',
      'OAuth',
      'Bearer something',
    ])('the header %.40s is refused with 4xx', async (header) => {
      const reply = await authorization(header);
      expect([400, 401]).toContain(reply.status);
      expect(reply.form()['oauth_problem']).toMatch(/^parameter_/);
    });

    it.each(['authorization', 'host'])('two %s headers: 400', async (name) => {
      const reply = await initiate({
        headers: [
          [name, 'one.example.com'],
          ...(name === 'host' ? [[name, 'two.example.com'] as const] : []),
        ],
      });
      expect([reply.status, reply.form()['oauth_problem']]).toEqual([400, 'parameter_rejected']);
    });

    it('an absolute-form target: 400', async () => {
      const reply = await sendRaw(
        service.port,
        `GET http://evil.example.com/oauth/oauth10/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
      expect(reply).toMatch(/^HTTP\/1\.1 400 /);
    });

    it('an oversized body: 413, announced or not', async () => {
      const body = 'a='.padEnd(64 * 1024 + 1, 'x');
      const headers = [['Content-Type', FORM]] as [string, string][];
      const announced = await send({
        base: service.publicBase,
        method: 'POST',
        target: INITIATE,
        headers,
        body,
      });
      const chunked = await send({
        base: service.publicBase,
        method: 'POST',
        target: INITIATE,
        headers: [...headers, ['Transfer-Encoding', 'chunked']],
        body,
      });
      expect([announced.status, chunked.status]).toEqual([413, 413]);
    });

    it.each(['gzip', 'br', 'identity'])('a body with Content-Encoding: %s: 415', async (coding) => {
      const before = await nonces();
      const reply = await initiate({ headers: [['Content-Encoding', coding]] });
      expect([reply.status, await nonces()]).toEqual([415, before]);
    });

    it('nothing of this was a 5xx or left a trace of our code', async () => {
      const reply = await authorization('OAuth oauth_nonce="%zz"');
      expect(reply.text).not.toMatch(/\bat \w|node_modules|src\//);
    });
  });

  describe('§2.2 the owner’s page', () => {
    const authorize = (query: string, method = 'GET') =>
      send({ base: service.publicBase, method, target: `/oauth/auz/authorize${query}` });

    it.each([
      '',
      '?oauth_token=',
      '?oauth_token=unknown',
      '?oauth_token=%00',
      '?oauth_token=%zz',
      '?oauth_token=a&oauth_token=b',
    ])('for %s is an error page, never a redirect', async (query) => {
      const reply = await authorize(query);
      expect(reply.status).toBe(400);
      expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(reply.headers['location']).toBeUndefined();
      expect(reply.headers['x-frame-options']).toBe('DENY');
    });

    it('for a decided request is an error page', async () => {
      const { token } = await service.initiate(consumer);
      await service.accept(token);
      expect((await authorize(`?oauth_token=${token}`)).status).toBe(400);
    });

    it('other methods: 405', async () => {
      const reply = await authorize('?oauth_token=x', 'HEAD');
      expect([reply.status, reply.headers['allow']]).toEqual([405, 'GET, POST']);
    });
  });
});
