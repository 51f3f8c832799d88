import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { send, type HttpReply } from '../support/http.js';
import { ADMIN_API_KEY, sendSigned } from '../support/service.js';
import { signRequest, type SigningInput } from '../support/signing-client.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
const SECRET = 'secret-of-the-consumer';

type Line = Record<string, unknown>;

describe('the line of the log of each judged request', () => {
  let database: TestDatabase;
  let service: BuiltService;
  let asked = 0;
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startBuiltService(database.url);
  });
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
  });

  async function admin(method: string, target: string, body: unknown): Promise<void> {
    const reply = await send({
      base: service.adminBase,
      method,
      target,
      headers: [
        ['Authorization', `Bearer ${ADMIN_API_KEY}`],
        ['Content-Type', 'application/json'],
      ],
      body: JSON.stringify(body),
    });
    if (reply.status >= 300) throw new Error(reply.text);
  }

  /** Registers a consumer with this key, and applies a change that makes its requests be refused. */
  async function consumer(consumerKey: string, change: object = {}): Promise<string> {
    await admin('POST', '/admin/consumers', {
      name: 'Logged',
      twoLegged: true,
      consumerKey,
      consumerSecret: SECRET,
    });
    if (Object.keys(change).length > 0) {
      await admin('PATCH', `/admin/consumers/${encodeURIComponent(consumerKey)}`, change);
    }
    return consumerKey;
  }

  const requestId = () => `request-${(asked += 1)}`;

  const echo = (input: Partial<SigningInput>, headers: [string, string][]) =>
    sendSigned(
      signRequest({
        method: 'GET',
        url: `${service.publicBase}/oauth/oauth10/echo`,
        consumerKey: 'nobody',
        consumerSecret: SECRET,
        headers,
        ...input,
      }),
    );

  /** The log line of the request with this id. */
  function lineOf(id: string, from = service): Promise<Line> {
    return eventually(
      () =>
        Promise.resolve(
          from
            .output()
            .split('\n')
            .filter((text) => text.includes(`"requestId":"${id}"`))
            .map((text) => JSON.parse(text) as Line)
            .at(-1) as Line,
        ),
      (line) => line !== undefined,
    );
  }

  async function judged(input: Partial<SigningInput>): Promise<{ reply: HttpReply; line: Line }> {
    const id = requestId();
    const reply = await echo(input, [['X-Request-Id', id]]);
    return { reply, line: await lineOf(id) };
  }

  it.each([
    ['disabled', { status: 'disabled' }],
    ['expired', { expiresAt: '2020-01-01T00:00:00Z' }],
    ['called from an address that is not allowed', { allowedAddresses: ['192.0.2.1'] }],
  ])(
    'tells a consumer that is %s from the others, and the answer does not',
    async (why, change) => {
      const consumerKey = await consumer(`key-${Object.keys(change)[0]}`, change);
      const { reply, line } = await judged({ consumerKey });
      expect(line).toMatchObject({
        msg: 'answered',
        'http.request.method': 'GET',
        'http.route': '/oauth/oauth10/echo',
        'http.response.status_code': 401,
        problem: 'consumer_key_rejected',
        problemDetail: why,
        consumerKey,
      });
      const others = await send({ base: service.adminBase, target: '/metrics' });
      expect(reply.text + JSON.stringify(reply.rawHeaders) + others.text).not.toContain(why);
      expect(others.text).not.toContain(consumerKey);
      expect(reply.form()['oauth_problem_advice']).toBe(
        'This consumer may not make this request now. Ask the operator of this service.',
      );
    },
  );

  it('tells them apart for gateways too, whichever way they ask', async () => {
    const consumerKey = await consumer('key-of-a-gateway', { status: 'disabled' });
    const signed = signRequest({
      method: 'GET',
      url: 'http://api.example.com/photos',
      consumerKey,
      consumerSecret: SECRET,
    });
    const authorization = signed.headers.find(([name]) => name === 'Authorization')?.[1] ?? '';
    const key: [string, string] = ['Authorization', `Bearer ${ADMIN_API_KEY}`];
    const verify = await send({
      base: service.adminBase,
      method: 'POST',
      target: '/verify',
      headers: [key, ['Content-Type', 'application/json'], ['X-Request-Id', 'by-verify']],
      body: JSON.stringify({
        method: 'GET',
        url: signed.url,
        headers: { authorization },
      }),
    });
    expect(verify.json()).toMatchObject({ active: false, problem: 'consumer_key_rejected' });
    expect(verify.text).not.toContain('disabled');
    for (const gateway of ['nginx', 'forward-auth']) {
      const reply = await send({
        base: service.adminBase,
        target: `/authz/${gateway}`,
        headers: [
          ['X-Gateway-Key', ADMIN_API_KEY],
          ['Authorization', authorization],
          ['X-Original-Method', 'GET'],
          ['X-Original-URL', signed.url],
          ['X-Forwarded-Method', 'GET'],
          ['X-Forwarded-Proto', 'http'],
          ['X-Forwarded-Host', 'api.example.com'],
          ['X-Forwarded-Uri', '/photos'],
          ['X-Request-Id', `by-${gateway}`],
        ],
      });
      expect([reply.status, reply.text.includes('disabled')]).toEqual([401, false]);
    }
    for (const way of ['verify', 'nginx', 'forward-auth']) {
      expect(await lineOf(`by-${way}`)).toMatchObject({
        problem: 'consumer_key_rejected',
        problemDetail: 'disabled',
        consumerKey,
      });
    }
  });

  it('names whoever is served, and whoever a request fails for', async () => {
    const consumerKey = await consumer('k'.repeat(200));
    const { reply, line } = await judged({ consumerKey });
    expect(reply.status).toBe(200);
    expect(line).toMatchObject({ 'http.response.status_code': 200, consumerKey });
    expect(line).not.toHaveProperty('problem');
    const wrong = await judged({ consumerKey, consumerSecret: 'not this one' });
    expect(wrong.line).toMatchObject({ problem: 'signature_invalid', consumerKey });
    const once = { consumerKey, nonce: 'once', timestamp: Math.floor(Date.now() / 1000) };
    await judged(once);
    expect((await judged(once)).line).toMatchObject({ problem: 'nonce_used', consumerKey });
  });

  it.each([
    ['no version of ours', { version: '2.0' }, 'version_rejected'],
    [
      'a method of nobody',
      { override: { oauth_signature_method: 'NONE' } },
      'signature_method_rejected',
    ],
    ['a parameter too few', { omit: ['oauth_nonce'] }, 'parameter_absent'],
    ['a clock that is wrong', { timestamp: 1_000_000_000 }, 'timestamp_refused'],
    ['a key of nobody', {}, 'consumer_key_unknown'],
  ] as const)('names the key that a request with %s claims', async (_, input, problem) => {
    const { line } = await judged({ ...input, consumerKey: 'claimed' });
    expect(line).toMatchObject({ problem, consumerKey: 'claimed' });
  });

  it('cuts a key that nobody has verified, and what a terminal would obey', async () => {
    const { line } = await judged({ consumerKey: `\u001b[31m\n\u2028${'x'.repeat(300)}` });
    expect(line['consumerKey']).toBe(`?[31m??${'x'.repeat(57)}`);
  });

  it('has no token, nor a secret', async () => {
    const token = 'a-token-that-is-not-to-be-seen';
    const { line } = await judged({ token, tokenSecret: 'nor-this' });
    expect(JSON.stringify(line)).not.toMatch(/not-to-be-seen|nor-this|secret-of/);
  });

  it.each(['a', 'x'.repeat(64), '01J9Z3-_.:~@+/=', '4BF92F35-77B3-4DA6-A3CE-929D0E0E4736'])(
    "is found under the caller's own id %s, as is the answer",
    async (id) => {
      const reply = await echo({}, [['X-Request-Id', id]]);
      expect(reply.headers['x-request-id']).toBe(id);
      expect(await lineOf(id)).toMatchObject({ problem: 'consumer_key_unknown' });
    },
  );

  it.each([[['']], [['x'.repeat(65)]], [['two words']], [['"quoted"']], [['é']], [['one', 'two']]])(
    'has an id of its own where the caller sent %j',
    async (ids) => {
      const reply = await echo(
        {},
        ids.map((id) => ['X-Request-Id', id]),
      );
      expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(await lineOf(reply.headers['x-request-id'] ?? '')).toBeDefined();
    },
  );

  it("carries the caller's trace, but for a malformed one", async () => {
    const traceIn = async (traceparent: string): Promise<unknown> => {
      const id = requestId();
      await echo({}, [
        ['traceparent', traceparent],
        ['X-Request-Id', id],
      ]);
      return (await lineOf(id))['traceId'];
    };
    expect(await traceIn(TRACEPARENT)).toBe(TRACE_ID);
    for (const malformed of [
      TRACEPARENT.toUpperCase(),
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `ff${TRACEPARENT.slice(2)}`,
      TRACE_ID,
    ]) {
      expect(await traceIn(malformed)).toBeUndefined();
    }
  });

  it('carries the trace that the spans carry', async () => {
    const traced = await startBuiltService(database.url, {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    });
    try {
      const ask = async (id: string, headers: [string, string][]) => {
        const target = '/oauth/oauth10/echo';
        const all: [string, string][] = [['X-Request-Id', id], ...headers];
        await send({ base: traced.publicBase, target, headers: all });
        return (await lineOf(id, traced))['traceId'];
      };
      expect(await ask('traced-1', [['traceparent', TRACEPARENT]])).toBe(TRACE_ID);
      expect(await ask('traced-2', [])).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    } finally {
      await traced.stop();
    }
  });
});
