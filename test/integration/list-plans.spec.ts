import { Client, type QueryConfig } from 'pg';
import { LOOKED_THROUGH } from '../../src/consumers/consumer-search.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

const LIMIT = 50;
/** The most rows that a plan node may process: the planner may filter out a few rows if most rows match. */
const A_FEW_PAGES = 10 * LIMIT;
const ROWS = 20_000;
/** Twice as many as a search scans one by one. */
const CONSUMERS = 2 * LOOKED_THROUGH;

/** A node of a plan of EXPLAIN. Row counts are per loop. */
interface Step {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Step[];
}

// One consumer's name is too long for the search index. Each filter matches only a few rows, at the end of the order,
// which a scan in list order without an index would reach last.
const FILL = [
  `INSERT INTO consumers (consumer_key, name, callback_urls, scopes, signature_methods, two_legged,
     allowed_addresses, labels, status, version, created_at)
   SELECT CASE n WHEN 1 THEN 'big' ELSE md5(n::text) END,
     CASE WHEN n > ${CONSUMERS - 200} THEN 'Kiosk § ' ELSE 'Consumer ' END || n ||
       CASE WHEN n = 3 THEN repeat('𐐀', 250) ELSE '' END, '{}', '{}',
     '{HMAC-SHA1}', false, '{}', '{}',
     CASE WHEN n > ${CONSUMERS - 100} THEN 'disabled' ELSE 'active' END, 1,
     now() - (${CONSUMERS} - n) * interval '1 second'
   FROM generate_series(1, ${CONSUMERS}) n`,
  `INSERT INTO access_tokens (token, consumer_key, secret, subject, scopes, created_at, expires_at,
     revoked_at)
   SELECT md5(n::text), CASE WHEN n % 2 = 0 THEN 'big' ELSE md5((2 + n % 1000)::text) END, '',
     CASE WHEN n > ${ROWS - 100} THEN 'late' WHEN n % 3 = 0 THEN 'popular' ELSE 'owner ' || n END,
     '{}', now() - (${ROWS} - n) * interval '1 second',
     CASE WHEN n < ${ROWS / 2} THEN now() - interval '1 hour' END,
     CASE WHEN n > ${ROWS - 60} THEN now() END
   FROM generate_series(1, ${ROWS}) n`,
  'TRUNCATE audit_events',
  `INSERT INTO audit_events (id, at, actor, action, target, detail, hash)
   SELECT n, now() - (${ROWS} - n) * interval '1 second',
     CASE WHEN n > ${ROWS - 100} THEN 'late' ELSE 'usual' END,
     CASE WHEN n > ${ROWS - 100} AND n % 2 = 0 THEN 'late' ELSE 'usual' END,
     CASE WHEN n > ${ROWS - 100} THEN 'thing:late' ELSE 'thing:' || n % 3 END, '{}', ''
   FROM generate_series(1, ${ROWS}) n`,
  `INSERT INTO api_keys (id, name, role, hash, created_at)
   SELECT md5(n::text), 'x', 'auditor', sha256(n::text::bytea),
     now() - (${ROWS} - n) * interval '1 second'
   FROM generate_series(1, ${ROWS}) n`,
  'TRUNCATE events',
  // Pending, dead and rare events are at the end, and so are a consumer's own.
  `INSERT INTO events (type, consumer_key, subject, data, state, last_error, settled_at)
   SELECT CASE WHEN n > ${ROWS - 60} AND n % 3 = 0 THEN 'oauth10.consumer.deleted'
       WHEN n % 2 = 0 THEN 'oauth10.token.exchanged' ELSE 'oauth10.token.revoked' END,
     CASE WHEN n % 4 > 0 THEN 'big' ELSE md5((2 + n % 1000)::text) END, 'token:' || n, '{}',
     CASE WHEN n > ${ROWS - 40} THEN 'pending' WHEN n > ${ROWS - 80} THEN 'dead' ELSE 'delivered' END,
     CASE WHEN n > ${ROWS - 80} THEN 'answered 500' END, CASE WHEN n <= ${ROWS - 40} THEN now() END
   FROM generate_series(1, ${ROWS}) n`,
  'ANALYZE',
];

const TARGETS = [
  'consumers?',
  'consumers?status=active',
  'consumers?status=disabled',
  'consumers?q=consumer',
  'consumers?q=kiosk',
  'consumers?q=ki',
  'consumers?q=%C2%A7',
  'consumers?q=%25',
  'consumers?q=nothing',
  'consumers?q=kiosk&status=disabled',
  'tokens?',
  ...['active', 'expired', 'revoked'].flatMap((status) => [
    `tokens?status=${status}`,
    `tokens?consumerKey=big&status=${status}`,
    `tokens?subject=popular&status=${status}`,
  ]),
  'tokens?consumerKey=big',
  'tokens?consumerKey=nobody',
  'tokens?subject=popular',
  'tokens?subject=late',
  'tokens?consumerKey=big&subject=popular',
  'tokens?consumerKey=big&subject=late',
  'tokens?consumerKey=big&subject=nobody',
  'audit-events?',
  'audit-events?actor=usual',
  'audit-events?actor=late',
  'audit-events?actor=nobody',
  'audit-events?action=usual',
  'audit-events?action=late',
  'audit-events?target=thing:late',
  'audit-events?target=thing:1&action=usual&actor=usual',
  'audit-events?target=thing:1&action=late',
  'audit-events?actor=usual&action=late',
  'audit-events?from=2999-01-01T00:00:00Z',
  'audit-events?to=2000-01-01T00:00:00Z',
  `audit-events?from=${new Date(Date.now() - 60_000).toISOString()}`,
  `audit-events?actor=usual&from=${new Date(Date.now() - 60_000).toISOString()}`,
  'api-keys?',
  ...['', 'type=oauth10.consumer.deleted', 'type=oauth10.token.revoked'].flatMap((type) =>
    ['', 'state=pending', 'state=dead', 'state=delivered'].flatMap((state) =>
      ['', 'consumerKey=big', 'consumerKey=nobody'].flatMap((consumer) =>
        ['', 'order=desc'].map(
          (order) => `events?${[type, state, consumer, order].filter(Boolean).join('&')}`,
        ),
      ),
    ),
  ),
];

describe('no list loads more than its page', () => {
  const { database, service } = serviceForAllTests();

  beforeAll(async () => {
    await database.query('SET session_replication_role = replica');
    for (const sql of FILL) await database.query(sql);
  });
  afterEach(() => jest.restoreAllMocks());

  /** Gets the page, and the plan nodes of its statement. */
  async function stepsOf(target: string): Promise<{ steps: Step[]; next: string | null }> {
    const query = jest.spyOn(Client.prototype, 'query');
    const reply = await service.admin('GET', target);
    expect([reply.status, reply.text]).toEqual([200, expect.anything()]);
    const sent = query.mock.calls
      .map(([given, values]: unknown[]) =>
        typeof given === 'string' ? { text: given, values } : (given as QueryConfig),
      )
      // Excludes the DELETE of the sweeper, which may run meanwhile and has ORDER BY and LIMIT, too.
      .filter(({ text }) => /^\s*(?!DELETE)[\s\S]*\bORDER BY\b[\s\S]*\bLIMIT\b/.test(text));
    query.mockRestore();
    expect(sent).toHaveLength(1);
    const [{ text = '', values = [] } = {}] = sent as QueryConfig[];
    const [row] = await database.query<{ 'QUERY PLAN': { Plan: Step }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values as unknown[],
    );
    const steps = stepsBelow(row!['QUERY PLAN'][0]!.Plan);
    return { steps, next: reply.json<{ nextCursor: string | null }>().nextCursor };
  }

  const stepsBelow = (step: Step): Step[] => [step, ...(step.Plans ?? []).flatMap(stepsBelow)];

  /** No table is read whole, and no plan node processes more rows than the page may cost. */
  function expectOnlyItsPage(steps: Step[], most: number): void {
    const tooMuch = steps
      .filter((step) => step['Actual Loops'] > 0)
      .filter((step) => {
        const rows = step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0);
        return step['Node Type'] === 'Seq Scan' || rows * step['Actual Loops'] > most;
      });
    expect(tooMuch).toEqual([]);
  }

  it.each(TARGETS)('%s: the first page and the one after', async (target) => {
    const first = await stepsOf(`/admin/${target}&limit=${LIMIT}`);
    const most = target.includes('q=') ? LOOKED_THROUGH : A_FEW_PAGES;
    expectOnlyItsPage(first.steps, most);
    if (first.next === null) return;
    const second = await stepsOf(`/admin/${target}&limit=${LIMIT}&cursor=${first.next}`);
    expectOnlyItsPage(second.steps, most);
  });
});
