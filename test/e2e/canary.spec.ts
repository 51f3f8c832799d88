import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { TestBrowser } from '../support/browser.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startEventReceiver, type EventReceiver } from '../support/event-receiver.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { TestIssuer } from '../support/oidc-issuer.js';
import { ADMIN_API_KEY, credentialsIn, sendSigned, type TestConsumer } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

// For each flow: the consumer's secret and its previous one, a secret in a reply that is stored under an idempotency
// key, an API key, the secret of the temporary credentials, the verifier, the token secret, the two secrets of an
// import file; and from a sign-in the issuer's code, the state, and the session cookie before and after.
const SECRETS_OF_A_FLOW = 13;
const FLOWS = 120;
const AT_ONCE = 8;
/** The shortest secret has at least this length. */
const BEGINNING = 8;

describe('no secret is where it can be read', () => {
  let database: TestDatabase;
  let collector: Server;
  let issuer: TestIssuer;
  let receiver: EventReceiver;
  let service: BuiltService;
  let pages: BuiltService;
  let traces = '';
  const secrets: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    collector = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => (traces += chunk.toString()));
      request.on('end', () => response.writeHead(200).end('{}'));
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    issuer = await TestIssuer.reserve();
    receiver = await startEventReceiver();
    const talkative = {
      LOG_LEVEL: 'trace',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      ...receiver.env,
    };
    service = await startBuiltService(database.url, talkative);
    // Production refuses an issuer without TLS.
    pages = await startBuiltService(database.url, {
      ...talkative,
      ...issuer.env,
      NODE_ENV: 'development',
    });
    await issuer.start(pages.publicBase);
    for (let n = 0; n < FLOWS; n += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, FLOWS - n) }, flow));
    }
  });
  afterAll(async () => {
    await service?.stop();
    await pages?.stop();
    await issuer?.stop();
    await receiver?.stop();
    collector?.close();
    await database?.drop();
  });

  const admin = (target: string, body: unknown, key: string = randomUUID()) =>
    send({
      base: service.adminBase,
      method: 'POST',
      target,
      headers: [
        ['Authorization', `Bearer ${ADMIN_API_KEY}`],
        ['Content-Type', 'application/json'],
        // Only POST requests that create something use the key, and store their reply.
        ['Idempotency-Key', key],
      ],
      body: JSON.stringify(body),
    });

  /** A gateway asks about a two-legged request, signed with the consumer's first secret. */
  const gateway = (key: string, consumer: TestConsumer) =>
    send({
      base: service.adminBase,
      target: '/authz/nginx',
      headers: [
        ['X-Gateway-Key', key],
        ['X-Original-Method', 'GET'],
        ['X-Original-URL', 'https://api.example.com/photos'],
        ...signRequest({ method: 'GET', url: 'https://api.example.com/photos', ...consumer })
          .headers,
      ],
    });

  /** The flow of RFC 5849 section 1.2, with a refusal of each kind. */
  async function flow(): Promise<void> {
    const registered = (await admin('/admin/consumers', { name: 'Canary' })).json<TestConsumer>();
    const { consumerKey } = registered;
    const rotate = { overlapSeconds: 3600 };
    const { consumerSecret } = (
      await admin(`/admin/consumers/${consumerKey}/secret`, rotate)
    ).json<TestConsumer>();
    const consumer = { consumerKey, consumerSecret };
    const repeated = `repeated-${consumerKey}`;
    const other = (
      await admin('/admin/consumers', { name: 'Kept' }, repeated)
    ).json<TestConsumer>();
    const again = await admin('/admin/consumers', { name: 'Kept' }, repeated);
    expect(again.json<TestConsumer>()).toEqual(other);
    const { key } = (await admin('/admin/api-keys', { name: 'Canary', role: 'gateway' })).json<{
      key: string;
    }>();
    expect((await gateway(key, registered)).status).toBe(403);
    const base = `${service.publicBase}/oauth/oauth10`;
    const initiate = { method: 'POST', url: `${base}/initiate`, ...consumer, callback: 'oob' };
    const temporary = credentialsIn(await sendSigned(signRequest(initiate)));
    const target = `/admin/authorization-requests/${temporary.token}/accept`;
    const { oauthVerifier: verifier } = (await admin(target, { subject: 'jane' })).json<{
      oauthVerifier: string;
    }>();
    const exchange = { method: 'GET', url: `${base}/token`, ...consumer, ...temporary, verifier };
    await sendSigned(signRequest({ ...exchange, verifier: 'wrong' }));
    await sendSigned(signRequest({ ...exchange, tokenSecret: 'wrong' }));
    const access = credentialsIn(await sendSigned(signRequest({ ...exchange, place: 'query' })));
    const echo = { method: 'GET', url: `${base}/echo`, ...consumer, ...access };
    expect((await sendSigned(signRequest(echo))).status).toBe(200);
    const [consumerBrought, tokenBrought] = await importFile();
    secrets.push(
      ...(await signIn()),
      consumerBrought,
      tokenBrought,
      registered.consumerSecret,
      consumer.consumerSecret,
      other.consumerSecret,
      key,
      temporary.tokenSecret,
      verifier,
      access.tokenSecret,
    );
  }

  /** The resource owner opens the list of connections, which requires a sign-in at the issuer. */
  async function signIn(): Promise<string[]> {
    const browser = new TestBrowser(pages.publicBase);
    const asked = await browser.open('/oauth/auz/grants');
    const before = [...browser.cookies.values()];
    const callback = await issuer.visit(asked.headers['location'] ?? '', { account: 'jane' });
    await browser.open(callback);
    expect(browser.text).toContain('Your connections');
    const { searchParams } = new URL(callback, pages.publicBase);
    return [
      searchParams.get('code') ?? '',
      searchParams.get('state') ?? '',
      ...before,
      ...browser.cookies.values(),
    ];
  }

  /** Imports a consumer and a token, then again, which is refused. */
  async function importFile(): Promise<[consumerSecret: string, tokenSecret: string]> {
    const brought = { consumerKey: randomUUID(), consumerSecret: randomUUID() };
    const tokenSecret = randomUUID();
    const { consumerKey } = brought;
    const body = [
      { type: 'consumer', name: 'Canary', ...brought },
      { type: 'token', token: randomUUID(), tokenSecret, consumerKey, subject: 'jane' },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n');
    for (const status of [200, 409]) {
      const reply = await send({
        base: service.adminBase,
        method: 'POST',
        target: '/admin/import',
        headers: [
          ['Authorization', `Bearer ${ADMIN_API_KEY}`],
          ['Content-Type', 'application/x-ndjson'],
        ],
        body,
      });
      expect(reply.status).toBe(status);
    }
    return [brought.consumerSecret, tokenSecret];
  }

  /** The secrets in the text, also in hexadecimal or base64. */
  function found(text: string): string[] {
    const seen = new Set<string>();
    const byBeginning = formsByBeginning([
      ...secrets,
      ADMIN_API_KEY,
      issuer.env['OIDC_CLIENT_SECRET'] ?? '',
      receiver.secret.replace('whsec_', ''),
    ]);
    for (let at = 0; at < text.length; at += 1) {
      for (const [form, secret] of byBeginning.get(text.slice(at, at + BEGINNING)) ?? []) {
        if (text.startsWith(form, at)) seen.add(secret);
      }
    }
    return [...seen];
  }

  it('the search finds what it looks for, in each of its forms', () => {
    const [secret = ''] = secrets;
    for (const encoding of ['utf8', 'hex', 'base64'] as const) {
      expect(found(`x${Buffer.from(secret).toString(encoding)}x`)).toEqual([secret]);
    }
  });

  it('not in the log, at its most talkative', async () => {
    expect(new Set(secrets).size).toBe(FLOWS * SECRETS_OF_A_FLOW);
    expect(service.output()).toContain(
      '"http.route":"/oauth/oauth10/token","http.response.status_code":200',
    );
    expect(service.output()).toContain('verifier_invalid');
    expect(pages.output()).toContain('ready');
    expect(found(service.output() + pages.output())).toEqual([]);
    expect(service.output()).not.toMatch(/oauth_signature|oauth_token=|Bearer /);
  });

  it('not in the metrics', async () => {
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    expect(text).toContain(`oauth10_verdicts_total{endpoint="token",problem="none"} ${FLOWS}`);
    expect(found(text)).toEqual([]);
    const ofPages = await send({ base: pages.adminBase, target: '/metrics' });
    expect(ofPages.status).toBe(200);
    expect(found(ofPages.text)).toEqual([]);
  });

  it('not in the traces, which tell of requests and statements', async () => {
    const expected = ['"http.route"', 'access_tokens', 'INSERT INTO sessions'];
    const told = await eventually(
      () => Promise.resolve(expected.filter((part) => traces.includes(part))),
      ({ length }) => length === expected.length,
    );
    expect(told).toEqual(expected);
    expect(found(traces)).toEqual([]);
    expect(traces).not.toMatch(/oauth_signature|oauth_token=|Bearer /);
  });

  it('not in the events, which tell of consumers and tokens', async () => {
    // Each flow creates four events: two for new consumers, one for a change, one for a token.
    const events = FLOWS * 4;
    const delivered = await eventually(
      () => Promise.resolve(receiver.received),
      ({ length }) => length >= events,
    );
    expect(new Set(delivered.map(({ event }) => event.id)).size).toBe(events);
    const types = new Set(delivered.map(({ event }) => event.type.replace('oauth10.', '')));
    expect([...types].sort()).toEqual([
      'consumer.changed',
      'consumer.registered',
      'token.exchanged',
    ]);
    const sent = delivered.map(({ headers, body }) => JSON.stringify(headers) + body);
    expect(found(sent.join('\n'))).toEqual([]);
  });

  it('not in a dump of the database', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ name: string }>(
        `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
      );
      let dump = '';
      for (const { name } of tables) {
        const { rows } = await client.query<{ row: string }>(
          `SELECT t::text AS row FROM ${name} t`,
        );
        dump += rows.map(({ row }) => row).join('\n');
      }
      expect(dump).toContain('Canary');
      expect(dump).toContain('oauth10.token.exchanged');
      expect(found(dump)).toEqual([]);
    } finally {
      await client.end();
    }
  });
});

/** Maps the first characters of each form of a secret to the form and the secret, so that one pass finds all. */
function formsByBeginning(
  secrets: readonly string[],
): Map<string, [form: string, secret: string][]> {
  const byBeginning = new Map<string, [string, string][]>();
  for (const secret of secrets) {
    if (secret.length < BEGINNING) throw new Error('A secret is shorter than what is looked for');
    for (const encoding of ['utf8', 'hex', 'base64'] as const) {
      const form = Buffer.from(secret).toString(encoding);
      const beginning = form.slice(0, BEGINNING);
      byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), [form, secret]]);
    }
  }
  return byBeginning;
}
