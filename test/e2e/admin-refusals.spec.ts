import { expectProblem, faultPlaces } from '../support/admin-problem.js';
import { send, type HttpRequest } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';

const AUTHORIZED: readonly [string, string] = ['Authorization', `Bearer ${ADMIN_API_KEY}`];
const JSON_BODY: readonly [string, string] = ['Content-Type', 'application/json'];
const LIST = '/admin/consumers';
const cursorOf = (octets: string): string => Buffer.from(octets, 'latin1').toString('base64url');

describe('Admin API: requests that are refused, by which status and code, with nothing changed', () => {
  const { database, service } = serviceForAllTests();
  let before: unknown[];

  const everything = () => database.query('SELECT * FROM consumers ORDER BY consumer_key');

  beforeAll(async () => {
    await service.registerConsumer({ consumerKey: 'one', consumerSecret: 'known-secret' });
    before = await everything();
  });
  afterEach(async () => {
    expect(await everything()).toEqual(before);
  });

  const ask = (request: Omit<HttpRequest, 'base'>) =>
    send({ base: service.adminBase, target: LIST, headers: [AUTHORIZED], ...request });
  const post = (body: string | Buffer, headers: [string, string][] = []) =>
    ask({ method: 'POST', headers: [AUTHORIZED, JSON_BODY, ...headers], body });

  describe('the key', () => {
    it.each<[string, [string, string][]]>([
      ['none', []],
      ['a wrong one', [['Authorization', 'Bearer wrong']]],
      ['one in another case', [['Authorization', `Bearer ${ADMIN_API_KEY.toUpperCase()}`]]],
      ['a part of it', [['Authorization', `Bearer ${ADMIN_API_KEY.slice(0, -1)}`]]],
      ['more than it', [['Authorization', `Bearer ${ADMIN_API_KEY}a`]]],
      ['two in one header', [['Authorization', `Bearer ${ADMIN_API_KEY} ${ADMIN_API_KEY}`]]],
      ['an empty one', [['Authorization', 'Bearer ']]],
      ['another scheme', [['Authorization', `Basic ${ADMIN_API_KEY}`]]],
      ['no scheme', [['Authorization', ADMIN_API_KEY]]],
      ['OAuth', [['Authorization', 'OAuth oauth_consumer_key="one"']]],
      ['another header', [['X-Gateway-Key', ADMIN_API_KEY]]],
    ])('401 unauthorized with WWW-Authenticate: Bearer for %s', async (_, headers) => {
      for (const target of [LIST, `${LIST}/one`, '/admin/unknown', `${LIST}/one?x=1`]) {
        for (const method of ['GET', 'DELETE', 'POST']) {
          const reply = await ask({ method, target, headers });
          expectProblem(reply, 401, 'unauthorized');
          expect(reply.headers['www-authenticate']).toMatch(/^Bearer/);
        }
      }
    });

    it('is not looked for in the query', async () => {
      const target = `${LIST}?access_token=${ADMIN_API_KEY}&key=${ADMIN_API_KEY}`;
      expectProblem(await ask({ target, headers: [] }), 401, 'unauthorized');
    });

    it('comes before the body: a stranger is told nothing about it', async () => {
      for (const body of ['{', 'x'.repeat(70_000)]) {
        const reply = await ask({ method: 'POST', headers: [JSON_BODY], body });
        expectProblem(reply, 401, 'unauthorized');
      }
    });

    it('may come once only: 400 malformed_request', async () => {
      const headers = [AUTHORIZED, ['Authorization', 'Bearer x'] as const];
      expectProblem(await ask({ headers }), 400, 'malformed_request');
    });

    it('has a scheme in any case', async () => {
      const headers: [string, string][] = [['authorization', `bEARER ${ADMIN_API_KEY}`]];
      expect((await ask({ headers })).status).toBe(200);
    });
  });

  describe('paths and methods', () => {
    it.each([
      ['DELETE', LIST, 'GET, HEAD, POST'],
      ['PATCH', LIST, 'GET, HEAD, POST'],
      ['OPTIONS', LIST, 'GET, HEAD, POST'],
      ['TRACE', LIST, 'GET, HEAD, POST'],
      ['PUT', `${LIST}/one`, 'DELETE, GET, HEAD, PATCH'],
      ['POST', `${LIST}/one`, 'DELETE, GET, HEAD, PATCH'],
      ['DELETE', '/admin/authorization-requests/x', 'GET, HEAD'],
      ['GET', '/admin/authorization-requests/x/accept', 'POST'],
    ])('405 method_not_allowed for %s %s, Allow: %s', async (method, target, allow) => {
      const reply = await ask({ method, target });
      expectProblem(reply, 405, 'method_not_allowed');
      expect(reply.headers['allow']).toBe(allow);
    });

    it.each([
      '/admin/',
      '/admin/unknown',
      '/admin/unknown?x=1',
      '/admin/Consumers',
      '/admin/consumers/',
      '/admin/consumers/one/',
      '/admin/consumers/one/secrets',
      '/admin//consumers',
      '/admin/%63onsumers',
      '/admin/consumers;x=1',
    ])('404 not_found for %s', async (target) => {
      expectProblem(await ask({ target }), 404, 'not_found');
    });

    it.each([
      '/ADMIN/consumers',
      '//admin/consumers',
      '/%61dmin/consumers',
      '/x/../admin/consumers',
    ])('404 for %s, another spelling that leads past nothing', async (target) => {
      expect((await ask({ target })).status).toBe(404);
    });

    it.each([
      '/admin/consumers/%zz',
      '/admin/consumers/%',
      '/admin/consumers/%ff',
      '/admin/%c0%af',
    ])('400 malformed_request for %s, which is no percent-encoded UTF-8', async (target) => {
      expectProblem(await ask({ target }), 400, 'malformed_request');
    });

    it('ignores method overrides', async () => {
      const headers = [AUTHORIZED, ['X-HTTP-Method-Override', 'DELETE'] as const];
      expect((await ask({ target: `${LIST}/one`, headers })).status).toBe(200);
    });
  });

  describe('bodies', () => {
    it.each<[string, string | Buffer]>([
      ['not JSON', '{'],
      ['single quotes', "{'name':'x'}"],
      ['two values', '{"name":"x"}{}'],
      ['a comma too many', '{"name":"x",}'],
      ['not UTF-8', Buffer.from('{"name":"\xff"}', 'latin1')],
      ['UTF-16', Buffer.from('{"name":"x"}', 'utf16le')],
      ['a form', 'name=x'],
      ['a property twice', '{"name":"x","name":"x"}'],
      ['a property twice, spelt differently', '{"name":"x","n\\u0061me":"y"}'],
      ['a property twice, further inside', '{"name":"x","labels":{"a":"b","a":"c"}}'],
    ])('400 malformed_json for %s', async (_, body) => {
      const reply = await post(body);
      expectProblem(reply, 400, 'malformed_json');
      expect(reply.json().errors).toBeUndefined();
    });

    it.each([
      ['null', 'null'],
      ['a list', '[]'],
      ['a text', '"name"'],
      ['a number', '1'],
    ])('400 validation_failed for %s in place of an object', async (_, body) => {
      const reply = await post(body);
      expectProblem(reply, 400, 'validation_failed');
      expect(reply.json().errors).toEqual([{ pointer: '', detail: 'must be a JSON object' }]);
    });

    it('400 validation_failed for no body where properties are required', async () => {
      const reply = await ask({ method: 'POST' });
      expectProblem(reply, 400, 'validation_failed');
      expect(reply.json().errors).toEqual([{ pointer: '/name', detail: 'must be a string' }]);
    });

    it('bears objects nested as deep as fit', async () => {
      const deep = `${'{"a":'.repeat(4_000)}1${'}'.repeat(4_000)}`;
      expectProblem(await post(`{"name":"x","labels":${deep}}`), 400, 'validation_failed');
    });

    it.each([
      ['lists without end', '['.repeat(30_000) + ']'.repeat(30_000)],
      [
        'objects without end',
        `{"name":"x","labels":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_001)}`,
      ],
      ['a long list', `{"name":"x","scopes":[${'1,'.repeat(4_100)}1]}`],
    ])('400 validation_failed for more values than anything takes: %s', async (_, body) => {
      const reply = await post(body);
      expectProblem(reply, 400, 'validation_failed');
      expect(reply.json().errors).toEqual([
        { pointer: '', detail: 'must hold at most 4096 values' },
      ]);
    });

    it.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=iso-8859-1',
      'application/json, text/plain',
      'application/jsonp',
      'application/merge-patch+json',
      'multipart/form-data; boundary=x',
    ])('415 unsupported_media_type for %s', async (type) => {
      const reply = await ask({
        method: 'POST',
        headers: [AUTHORIZED, ['Content-Type', type]],
        body: '{"name":"x"}',
      });
      expectProblem(reply, 415, 'unsupported_media_type');
    });

    it('415 unsupported_media_type for a body of no type', async () => {
      const reply = await ask({ method: 'POST', headers: [AUTHORIZED], body: '{"name":"x"}' });
      expectProblem(reply, 415, 'unsupported_media_type');
    });

    it.each(['gzip', 'br', 'identity', 'x'])(
      '415 unsupported_media_type for Content-Encoding: %s, unread',
      async (coding) => {
        const reply = await post('{"name":"x"}', [['Content-Encoding', coding]]);
        expectProblem(reply, 415, 'unsupported_media_type');
      },
    );

    it('415 for Content-Encoding on a request without a body, too', async () => {
      const headers = [AUTHORIZED, ['Content-Encoding', 'gzip'] as const];
      expectProblem(await ask({ headers }), 415, 'unsupported_media_type');
    });

    it('413 payload_too_large above 64 KiB, whether the length is told or not', async () => {
      const body = JSON.stringify({ name: 'x', description: 'y'.repeat(65_536) });
      expectProblem(await post(body), 413, 'payload_too_large');
      expectProblem(await post(body, [['Transfer-Encoding', 'chunked']]), 413, 'payload_too_large');
    });
  });

  describe('queries', () => {
    it.each([
      ['limit=0', '?limit'],
      ['limit=201', '?limit'],
      ['limit=-1', '?limit'],
      ['limit=1e2', '?limit'],
      ['limit=%31%30x', '?limit'],
      ['limit=+5', '?limit'],
      ['limit=', '?limit'],
      ['limit=1&limit=2', '?limit'],
      ['limit[]=1', '?limit[]'],
      ['cursor=', '?cursor'],
      ['cursor=x', '?cursor'],
      ['cursor=MTIz', '?cursor'],
      [`cursor=${cursorOf('MARKmark.1.a')}`, '?cursor'],
      [`cursor=${cursorOf('MARKmark.1.a')}%3D`, '?cursor'],
      [`cursor=${cursorOf('MARKmark.999999999999999.x')}`, '?cursor'],
      [`cursor=${cursorOf('MARKmark.1.\xff')}`, '?cursor'],
      [`cursor=${cursorOf('MARKmark.1.\0')}`, '?cursor'],
      [`cursor=${'a'.repeat(5000)}`, '?cursor'],
      ['status=gone', '?status'],
      ['status=Active', '?status'],
      ['q=a%00b', '?q'],
      [`q=${'a'.repeat(256)}`, '?q'],
      ['unknown=1', '?unknown'],
      ['Limit=1', '?Limit'],
      ['__proto__=1', '?__proto__'],
      ['constructor=1', '?constructor'],
    ])('400 validation_failed for %.60s at %s', async (query, pointer) => {
      const reply = await ask({ target: `${LIST}?${query}` });
      expect(faultPlaces(reply)).toEqual([pointer]);
    });

    it.each(['q=%', 'q=%zz', 'q=%ff', '%ff=1'])(
      '400 malformed_request for %s, which is no percent-encoded UTF-8',
      async (query) => {
        expectProblem(await ask({ target: `${LIST}?${query}` }), 400, 'malformed_request');
      },
    );

    it('400 where an operation has no query at all', async () => {
      for (const method of ['GET', 'DELETE']) {
        const reply = await ask({ method, target: `${LIST}/one?force=true` });
        expectProblem(reply, 400, 'validation_failed');
      }
    });
  });
});
