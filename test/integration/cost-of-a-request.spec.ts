import pg from 'pg';
import { JsonLogger } from '../../src/logging/json-logger.js';
import { RequestLog } from '../../src/logging/request-log.js';
import { eventually } from '../support/eventually.js';
import { send, type HttpReply } from '../support/http.js';
import { ADMIN_API_KEY, type TestConsumer, type TestCredentials } from '../support/service.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { signRequest } from '../support/signing-client.js';
import { BESIDE_REQUESTS } from '../support/statements-beside.js';

/** The highest cost of one request of a kind. If you raise a limit, say here why. */
interface Bill {
  /** Each is a round trip to PostgreSQL, including BEGIN and COMMIT. */
  readonly statements: readonly string[];
  /** Status line, headers and body. */
  readonly octetsToClient: number;
  /** One line of JSON. */
  readonly octetsToLog: number;
}

const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';
const ON_RECORD = ['lock-audit-head', 'append-audit-events', 'COMMIT'];

const BILLS = {
  echo: { statements: ['claim-nonces'], octetsToClient: 479, octetsToLog: 328 },
  verify: { statements: ['claim-nonces'], octetsToClient: 417, octetsToLog: 317 },
  exchange: {
    statements: ['find-temporary-credentials', 'exchange-temporary-credentials'],
    octetsToClient: 359,
    octetsToLog: 329,
  },
  initiate: { statements: ['issue-temporary-credentials'], octetsToClient: 389, octetsToLog: 333 },
  accept: {
    statements: ['find-authorization-request', BEGIN, 'allow-authorization-requests', ...ON_RECORD],
    octetsToClient: 267,
    octetsToLog: 309,
  },
  mint: {
    statements: ['consumers-of-new-access-tokens', BEGIN, 'insert-access-tokens', ...ON_RECORD],
    octetsToClient: 584,
    octetsToLog: 297,
  },
  // Two statements more: one claims the idempotency key before, one stores the reply within the transaction.
  mintUnderKey: {
    statements: [
      'begin-keyed-request',
      'consumers-of-new-access-tokens',
      BEGIN,
      'insert-access-tokens',
      'keep-answers',
      ...ON_RECORD,
    ],
    octetsToClient: 584,
    octetsToLog: 297,
  },
} as const satisfies Record<string, Bill>;

describe('what one request costs, without a clock', () => {
  const { service } = serviceForAllTests();
  let consumer: TestConsumer;
  let access: TestCredentials;
  const query = jest.spyOn(pg.Client.prototype, 'query');
  const logged = jest.spyOn(RequestLog.prototype, 'write');

  beforeAll(async () => {
    consumer = await service.registerConsumer();
    access = await service.accessToken(consumer);
    // The cache is empty until the replica's change feed is up.
    await eventually(
      async () => (await billOf(echo)).statements,
      (statements) => statements.length === 1,
    );
  });
  afterAll(() => jest.restoreAllMocks());

  async function billOf(work: () => Promise<HttpReply>): Promise<Bill> {
    query.mockClear();
    logged.mockClear();
    const reply = await work();
    if (reply.status >= 300) throw new Error(`${reply.status} ${reply.text}`);
    const answered = await eventually(
      () =>
        Promise.resolve(
          logged.mock.calls
            .map(([one]) => one)
            .find(({ requestId }) => requestId === reply.headers['x-request-id']),
        ),
      (one) => one !== undefined,
    );
    const lines: string[] = [];
    const json = new JsonLogger('info', { write: (line) => void lines.push(line) });
    // The duration is fixed, because its number of digits varies.
    if (answered) new RequestLog(json).write({ ...answered, durationSeconds: 0.001 });
    logged.mockClear();
    return {
      statements: query.mock.calls
        .map(([sent]) => nameOf(sent as unknown))
        .filter((name) => !BESIDE_REQUESTS.test(name)),
      octetsToClient: octetsOf(reply),
      octetsToLog: Buffer.byteLength(lines.join('')),
    };
  }

  const signed = (method: string, target: string, more: Partial<TestCredentials> & object = {}) =>
    service.signed({ method, target, ...consumer, ...more });
  const echo = () => signed('GET', '/oauth/oauth10/echo', access);
  const subject = { subject: 'jane' };

  const kinds: Record<keyof typeof BILLS, () => Promise<() => Promise<HttpReply>>> = {
    echo: async () => echo,
    verify: async () => () => {
      const url = 'https://api.example.com/photos?size=original';
      const { headers } = signRequest({ method: 'GET', url, ...consumer, ...access });
      const report = { method: 'GET', url, headers: Object.fromEntries(headers) };
      return service.admin('POST', '/verify', report);
    },
    exchange: async () => {
      const temporary = await service.initiate(consumer);
      const verifier = await service.accept(temporary.token);
      return () => service.exchange(consumer, temporary, verifier);
    },
    initiate: async () => () =>
      service.signed({
        method: 'POST',
        target: '/oauth/oauth10/initiate',
        ...consumer,
        callback: 'oob',
      }),
    accept: async () => {
      const { token } = await service.initiate(consumer);
      return () => service.admin('POST', `/admin/authorization-requests/${token}/accept`, subject);
    },
    mint: async () => () =>
      service.admin('POST', `/admin/consumers/${consumer.consumerKey}/tokens`, subject),
    mintUnderKey: async () => () =>
      send({
        base: service.adminBase,
        method: 'POST',
        target: `/admin/consumers/${consumer.consumerKey}/tokens`,
        headers: [
          ['Authorization', `Bearer ${ADMIN_API_KEY}`],
          ['Content-Type', 'application/json'],
          ['Idempotency-Key', 'once'],
        ],
        body: JSON.stringify(subject),
      }),
  };

  it.each(Object.keys(BILLS) as (keyof typeof BILLS)[])('%s', async (kind) => {
    const bill = await billOf(await kinds[kind]());
    const allowed: Bill = BILLS[kind];
    expect(bill.statements).toEqual(allowed.statements);
    expect({
      octetsToClient: Math.max(bill.octetsToClient, allowed.octetsToClient),
      octetsToLog: Math.max(bill.octetsToLog, allowed.octetsToLog),
    }).toEqual({ octetsToClient: allowed.octetsToClient, octetsToLog: allowed.octetsToLog });
  });
});

function nameOf(sent: unknown): string {
  if (typeof sent === 'string') return sent;
  const { name, text } = sent as { name?: string; text?: string };
  return name ?? text ?? 'a statement of another kind';
}

/** The size of the response as sent. */
function octetsOf({ rawHeaders, text, status }: HttpReply): number {
  const statusLine = `HTTP/1.1 ${status} ${status === 201 ? 'Created' : 'OK'}\r\n`;
  const headers = rawHeaders.map(([name, value]) => Buffer.byteLength(`${name}: ${value}\r\n`));
  const head = headers.reduce((sum, octets) => sum + octets, statusLine.length);
  return head + 2 + Buffer.byteLength(text);
}
