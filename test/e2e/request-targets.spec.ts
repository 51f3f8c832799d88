import { faultPlaces } from '../support/admin-problem.js';
import { send, sendRaw, type HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY, type TestConsumer } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const ECHO = '/oauth/oauth10/echo';
type Pair = readonly [string, string];
type Signed = ReturnType<typeof signRequest>;

/** Asks one endpoint about a request that was sent to `host`, literally. */
type Ask = (signed: Signed, host: string) => Promise<HttpReply>;

describe('RFC 5849 §3.4.1.2 which host a request is for', () => {
  const { service, replica } = serviceForAllTests();
  const behindProxy = replica({ TRUST_PROXY: '::ffff:127.0.0.0/104' });
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await service.registerConsumer({ twoLegged: true });
  });

  const sign = (origin: string): Signed =>
    signRequest({ method: 'GET', url: origin + ECHO, ...consumer });
  const gateway = (target: string, told: readonly Pair[], signed: Signed) => {
    const headers: Pair[] = [['X-Gateway-Key', ADMIN_API_KEY], ...told, ...signed.headers];
    return send({ base: service.adminBase, target, headers });
  };

  const asks: Record<string, Ask> = {
    'this service': ({ target, headers }, host) =>
      send({ base: service.publicBase, target, headers: [['Host', host], ...headers] }),
    '/verify': ({ method, target, headers }, host) =>
      service.admin('POST', '/verify', {
        method,
        url: `http://${host}${target}`,
        headers: Object.fromEntries(headers),
      }),
    '/authz/nginx by URL': (signed, host) =>
      gateway(
        '/authz/nginx',
        [
          ['X-Original-Method', 'GET'],
          ['X-Original-URL', `http://${host}${signed.target}`],
        ],
        signed,
      ),
    '/authz/nginx by URI': (signed, host) =>
      gateway(
        '/authz/nginx',
        [
          ['X-Original-Method', 'GET'],
          ['X-Original-URI', signed.target],
          ['X-Forwarded-Host', host],
        ],
        signed,
      ),
    '/authz/forward-auth': (signed, host) =>
      gateway(
        '/authz/forward-auth',
        [
          ['X-Forwarded-Method', 'GET'],
          ['X-Forwarded-Uri', signed.target],
          ['X-Forwarded-Host', host],
        ],
        signed,
      ),
    '/authz/ext-authz': (signed, host) =>
      gateway(`/authz/ext-authz${signed.target}`, [['Host', host]], signed),
  };
  const REFUSED: Record<string, number> = {
    '/authz/nginx by URL': 403,
    '/authz/nginx by URI': 403,
  };

  /** The verdict as a status, wherever the endpoint puts it. */
  function verdictOf(reply: HttpReply): number {
    if (reply.status !== 200 || reply.text === '') return reply.status;
    const { active, status } = reply.json<{ active?: boolean; status?: number }>();
    return active === false ? (status ?? 0) : 200;
  }

  describe.each(Object.keys(asks))('%s', (endpoint) => {
    const ask = asks[endpoint]!;

    it.each([
      ['the default port', 'api.example.com:80', 'http://api.example.com', 200],
      ['the default port in five digits', 'api.example.com:00080', 'http://api.example.com', 200],
      ["the other scheme's port, signed", 'api.example.com:443', 'http://api.example.com:443', 200],
      ["the other scheme's port, unsigned", 'api.example.com:443', 'http://api.example.com', 401],
      ['mixed case', 'API.Example.COM', 'http://api.example.com', 200],
      ['a port of its own', 'api.example.com:8080', 'http://api.example.com:8080', 200],
      ['an IPv6 literal', '[2001:DB8::1]:8080', 'http://[2001:db8::1]:8080', 200],
      ['an IPv6 literal with the default port', '[::1]:80', 'http://[::1]', 200],
      ['a final dot, which names another host', 'api.example.com.', 'http://api.example.com', 401],
    ])('%s: %s signed as %s is %i', async (_, host, origin, status) => {
      expect(verdictOf(await ask(sign(origin), host))).toBe(status);
    });

    it.each([
      ['with it', '%2Fecho%23top&', 200],
      ['without it', '%2Fecho&', 401],
    ])('a "#" before the "?", signed %s: the path is taken raw', async (_, signedPath, status) => {
      const signed = signRequest({
        method: 'GET',
        url: `http://api.example.com${ECHO}?size=a`,
        ...consumer,
        tamper: {
          baseString: (text) => text.replace('%2Fecho&', signedPath),
          target: (target) => target.replace('/echo?', '/echo#top?'),
        },
      });
      expect(signed.target).toBe(`${ECHO}#top?size=a`);
      expect(verdictOf(await ask(signed, 'api.example.com'))).toBe(status);
    });

    it.each([
      ['userinfo', 'user@api.example.com'],
      ['userinfo with a password', 'user:secret@api.example.com'],
      ['an empty port', 'api.example.com:'],
      ['port 0', 'api.example.com:0'],
      ['a port out of range', 'api.example.com:65536'],
      ['a port that is no number', 'api.example.com:http'],
      ['a bare IPv6 address', '2001:db8::1'],
      ['a zone', '[fe80::1%25eth0]'],
      ['a blank', 'api.example.com evil.example.com'],
      ['a backslash', 'api.example.com\\evil'],
    ])('%s: %s is refused as malformed', async (_, host) => {
      const reply = await ask(sign('http://api.example.com'), host);
      expect(reply.status).toBe(REFUSED[endpoint] ?? 400);
      if (endpoint === '/verify') expect(faultPlaces(reply)).toEqual(['/url']);
      else expect(reply.form()['oauth_problem']).toBe('parameter_rejected');
      expect(reply.text).not.toContain('secret');
    });
  });

  describe('§3.4.1.2 behind a trusted proxy', () => {
    const echo = (told: readonly Pair[], origin: string, at = behindProxy) => {
      const { target, headers } = sign(origin);
      return send({ base: at.publicBase, target, headers: [...told, ...headers] });
    };

    it.each<[string, string, Pair[]]>([
      [
        'X-Forwarded-Port completes Host',
        'https://api.example.com:8443',
        [
          ['Host', 'api.example.com'],
          ['X-Forwarded-Proto', 'https'],
          ['X-Forwarded-Port', '8443'],
        ],
      ],
      [
        'X-Forwarded-Port completes X-Forwarded-Host',
        'http://[::1]:8080',
        [
          ['Host', 'inside:3000'],
          ['X-Forwarded-Host', '[::1]'],
          ['X-Forwarded-Port', '80, 8080'],
        ],
      ],
      [
        'X-Forwarded-Port does not change a port that Host names',
        'http://api.example.com:8080',
        [
          ['Host', 'api.example.com:8080'],
          ['X-Forwarded-Port', '9090'],
        ],
      ],
    ])('%s', async (_, origin, told) => {
      expect((await echo(told, origin)).status).toBe(200);
    });

    it('from a peer that is not trusted, X-Forwarded-Port counts for nothing', async () => {
      const told: Pair[] = [
        ['Host', 'api.example.com'],
        ['X-Forwarded-Port', '8080'],
      ];
      expect((await echo(told, 'http://api.example.com', service)).status).toBe(200);
      expect((await echo(told, 'http://api.example.com:8080', service)).status).toBe(401);
    });

    it('a port that is none: 400', async () => {
      const told: Pair[] = [
        ['Host', 'api.example.com'],
        ['X-Forwarded-Port', '80@evil'],
      ];
      expect((await echo(told, 'http://api.example.com')).status).toBe(400);
    });
  });

  describe('RFC 9112 §3.2 forms of the request target', () => {
    it.each([
      ['port', `GET http://api.example.com${ECHO}`],
      ['port', `GET HTTPS://API.example.com${ECHO}`],
      ['port', 'OPTIONS *'],
      ['adminPort', 'POST http://api.example.com/verify'],
      ['adminPort', 'GET http://api.example.com/authz/nginx'],
      ['adminPort', 'GET http://api.example.com/authz/ext-authz/photos'],
    ] as const)('%s: %s is refused with 400, not stored', async (listener, line) => {
      const reply = await sendRaw(
        service[listener],
        `${line} HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n`,
      );
      expect(reply).toMatch(/^HTTP\/1\.1 400 /);
      expect(reply).toContain('Cache-Control: no-store');
    });

    it.each(['port', 'adminPort'] as const)(
      '%s: CONNECT is left without an answer',
      async (listener) => {
        const line = 'CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com\r\n\r\n';
        expect(await sendRaw(service[listener], line)).toBe('');
      },
    );

    it.each<[string, string, Pair[], number]>([
      ['nginx', '/authz/nginx', [['X-Original-URI', 'http://api.example.com/']], 403],
      ['nginx', '/authz/nginx', [['X-Original-URI', '*']], 403],
      ['nginx', '/authz/nginx', [['X-Original-URL', '//api.example.com/']], 403],
      ['forward-auth', '/authz/forward-auth', [['X-Forwarded-Uri', 'http://a.example/']], 400],
      ['forward-auth', '/authz/forward-auth', [['X-Forwarded-Uri', 'photos']], 400],
      ['forward-auth', '/authz/forward-auth', [['X-Forwarded-Uri', '/a b']], 400],
    ])('%s reports no path by %s %j: %i', async (_, target, told, status) => {
      const method: Pair[] = [
        ['X-Original-Method', 'GET'],
        ['X-Forwarded-Method', 'GET'],
      ];
      const reply = await gateway(target, [...method, ...told], sign('http://api.example.com'));
      expect([reply.status, reply.form()['oauth_problem']]).toEqual([status, 'parameter_rejected']);
    });
  });
});
