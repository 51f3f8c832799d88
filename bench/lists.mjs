// npm run bench:lists [-- --scale N] [--runs N] [--plans]
//
// Measures the database's time for a page of each list, with 1,000,000 consumers, access tokens, audit events and API
// keys each. It runs the repositories once, records the statements they send, and explains these. --scale 0.02 uses
// 20,000 rows; --plans prints every plan. Writes bench/results/lists.json and, at full scale, the figures of
// docs/lists.md.
import { execSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { AuditEvents } from '../dist/audit/audit-events.js';
import { ApiKeys } from '../dist/callers/api-keys.js';
import { ConsumerSchema } from '../dist/consumers/consumer.schema.js';
import { ConsumersRepository } from '../dist/consumers/consumers.repository.js';
import { dataSourceOptions } from '../dist/database/data-source.js';
import { migrate } from '../dist/database/migrate.js';
import { Statements } from '../dist/database/statements.js';
import { ManageAccessTokens } from '../dist/tokens/manage-access-tokens.js';
import { listCases } from './lists-cases.mjs';
import { fillLists } from './lists-rows.mjs';
import { startDatabase } from './rig.mjs';

const ROWS = 1_000_000;
const LIMIT = 51; // a page of 50, and one row that shows whether there is a next page
const GOAL_MS = 20;
/** The lists whose plans are shown on the page. */
const SHOWN = [
  'consumers: all, middle',
  'consumers: q=kiosk (1 in 1,000), first',
  'tokens: consumerKey=big subject=rare, first',
  'audit-events: actor=ADMIN_API_KEY, near the end, first',
];

const { values: options } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    runs: { type: 'string', default: '7' },
    plans: { type: 'boolean', default: false },
  },
});
const scale = Number(options.scale);
const startedAt = performance.now();
const say = (line) =>
  process.stderr.write(`${Math.round((performance.now() - startedAt) / 1000)} s: ${line}\n`);

const sent = listenToStatements();
const server = await startDatabase({ shared_buffers: '1GB' });
const results = [];
const plans = new Map();
try {
  const dataSource = await new DataSource(
    dataSourceOptions({ databasePoolSize: 1 }, server.url, [ConsumerSchema]),
  ).initialize();
  await migrate(dataSource);
  const statements = new Statements(dataSource);
  const lists = {
    // A page needs none of the other constructor arguments.
    consumers: new ConsumersRepository(dataSource.getRepository(ConsumerSchema)),
    tokens: new ManageAccessTokens(statements),
    'audit-events': new AuditEvents(statements),
    'api-keys': new ApiKeys(statements),
  };
  await fillLists(server.client, Math.round(ROWS * scale), say);
  const now = Date.now();
  const times = {
    from: new Date(now - 500_000_000 * scale),
    late: new Date(now - 1_000_000 * scale),
  };
  for (const one of listCases(times)) await measure(lists[one.list], one);
  await dataSource.destroy();
  say('measured');
} finally {
  await server.stop();
}
report();

/** Measures the first page of the list, the middle one and the last one. */
async function measure(repository, one) {
  const { rows } = await server.client.query(
    `SELECT count(*)::int AS hits FROM ${one.table} WHERE ${one.where}`,
  );
  const [{ hits }] = rows;
  const pages = hits > 2 * LIMIT ? { first: 0, middle: hits >> 1, last: hits - 20 } : { first: 0 };
  for (const [page, offset] of Object.entries(pages)) {
    const after = offset === 0 ? undefined : await positionAt(one, offset);
    sent.length = 0;
    const found = await pageOf(repository, one, after);
    const expected = Math.min(LIMIT, hits - offset);
    const title = `${one.list}: ${one.title}, ${page}`;
    if (found < Math.min(expected, LIMIT - 1)) throw new Error(`${title}: ${found} of ${expected}`);
    const { text, values } = sent.at(-1);
    const milliseconds = [];
    for (let run = 0; run < Number(options.runs); run += 1) {
      milliseconds.push(await timeOf(text, values));
    }
    milliseconds.sort((a, b) => a - b);
    results.push({
      list: one.list,
      filter: one.title,
      page,
      hits,
      bestMs: milliseconds[0],
      medianMs: milliseconds[milliseconds.length >> 1],
      worstMs: milliseconds.at(-1),
    });
    if (options.plans || SHOWN.includes(title)) plans.set(title, await planOf(text, values));
  }
}

async function positionAt({ table, order, where }, offset) {
  const { rows } = await server.client.query(
    `SELECT * FROM ${table} WHERE ${where} ORDER BY ${order} OFFSET ${offset - 1} LIMIT 1`,
  );
  return rows[0];
}

/** The number of rows of the page. The statement is then in `sent`. */
async function pageOf(repository, { list, filter }, row) {
  switch (list) {
    case 'consumers': {
      const after = row && { createdAt: row.created_at, consumerKey: row.consumer_key };
      return (await repository.page(filter, after, LIMIT)).length;
    }
    case 'tokens': {
      const after = row && { createdAt: row.created_at, token: row.token };
      return (await repository.page(filter, after, LIMIT - 1)).tokens.length;
    }
    case 'audit-events':
      return (await repository.page(filter, Number(row?.id ?? 0), LIMIT)).length;
    default:
      return (await repository.page(row && { at: row.created_at, key: row.id }, LIMIT)).length;
  }
}

/** Planning and execution time, measured by the server. */
async function timeOf(text, values) {
  const explained = `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`;
  const { rows } = await server.client.query(explained, values);
  const [plan] = rows[0]['QUERY PLAN'];
  return Math.round((plan['Planning Time'] + plan['Execution Time']) * 100) / 100;
}

async function planOf(text, values) {
  const { rows } = await server.client.query(`EXPLAIN (ANALYZE, BUFFERS) ${text}`, values);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

/** Records all statements that pg sends from now on. */
function listenToStatements() {
  const heard = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function listen(statement, values, ...rest) {
    const text = typeof statement === 'string' ? statement : statement?.text;
    if (/^\s*SELECT\b[\s\S]*\bLIMIT\b/i.test(text ?? '')) {
      heard.push({ text, values: statement.values ?? values ?? [] });
    }
    return query.call(this, statement, values, ...rest);
  };
  return heard;
}

function report() {
  for (const [title, plan] of plans) process.stdout.write(`\n${title}\n${plan}\n`);
  console.table(results);
  const missed = results.filter(({ bestMs }) => bestMs > GOAL_MS);
  say(`${results.length} pages, ${missed.length} of them not within ${GOAL_MS} ms`);
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  const facts = {
    madeAt: new Date().toISOString(),
    commit: execSync('git rev-parse --short HEAD').toString().trim(),
    rows: Math.round(ROWS * scale),
    runs: Number(options.runs),
    results,
    plans: Object.fromEntries([...plans].filter(([title]) => SHOWN.includes(title))),
  };
  const file = scale === 1 ? 'results/lists.json' : 'results/quick.json';
  writeFileSync(new URL(file, import.meta.url), `${JSON.stringify(facts, null, 2)}\n`);
  if (scale === 1) writePage(facts);
}

/** Replaces the figures and plans of docs/lists.md between their marks. The other text stays. */
function writePage(facts) {
  const page = new URL('../docs/lists.md', import.meta.url);
  const table = [
    '| list | filter | rows | page | best ms | median ms | worst ms |',
    '| --- | --- | --: | --- | --: | --: | --: |',
    ...facts.results.map(
      ({ list, filter, hits, page: which, ...ms }) =>
        `| ${list} | ${filter} | ${hits.toLocaleString('en')} | ${which} | ${ms.bestMs} | ${ms.medianMs} | ${ms.worstMs} |`,
    ),
  ].join('\n');
  const shown = SHOWN.flatMap((title) =>
    facts.plans[title] ? [`${title}:`, '', '```', facts.plans[title], '```', ''] : [],
  ).join('\n');
  const made = `Made ${facts.madeAt.slice(0, 10)}, commit ${facts.commit}: ${facts.rows.toLocaleString('en')} rows of each kind, ${facts.runs} runs a page.`;
  const put = (text, mark, content) =>
    text.replace(
      new RegExp(`(<!-- ${mark} -->)[\\s\\S]*?(<!-- end of ${mark} -->)`),
      (_, begin, end) => `${begin}\n\n${content}\n\n${end}`,
    );
  const text = readFileSync(page, 'utf8');
  writeFileSync(page, put(put(text, 'figures', `${made}\n\n${table}`), 'plans', shown.trim()));
}
