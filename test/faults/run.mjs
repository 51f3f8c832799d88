// `npm run test:faults`: injects faults into two replicas and their PostgreSQL under load. docs/faults.md lists what
// must hold.
//
//   npm run test:faults -- [--seed N] [--minutes M] [--only KIND,KIND] [--[no-]nonce-store]
//     [--json FILE] [--counts FILE]
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkAuditTrail, checkInvariants, levels } from './checks.mjs';
import { checkDelivered } from './event-checks.mjs';
import { Findings, INVARIANTS } from './findings.mjs';
import { Load } from './load.mjs';
import { optionsFrom } from './options.mjs';
import { randomFrom } from './random.mjs';
import { missing, schedule } from './schedule.mjs';
import { World } from './world.mjs';

const AUDITED_EVERY = 15;

const say = (line) => process.stdout.write(`${line}\n`);
const options = asked();
const findings = new Findings(options.seed, say);
const random = randomFrom(options.seed);
const { withNonceStore } = options;
const ledgerPath = '.cache/faults/ledger.ndjson';
const world = new World({ random, findings, ledgerPath, withNonceStore });
const load = new Load(world);
const startedAt = performance.now();
const struck = {};
let closing;

function asked() {
  try {
    return optionsFrom(process.argv.slice(2), process.env);
  } catch (error) {
    say(error.message);
    process.exit(2);
  }
}

/** Stops everything that was started, whatever happens. */
const close = () => (closing ??= world.close());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => void close().then(() => process.exit(1)));
}

async function main() {
  say(`Seed ${options.seed}, ${options.minutes} min. Repeat with --seed ${options.seed}`);
  await world.open();
  for (const { name, why } of missing(world)) {
    say(`Skipped: ${name} (${why})`);
    if (process.env.CI) findings.report('I6', `${name} can't be tried here: ${why}`);
  }
  await load.start();
  await sleep(1_000);
  const endsAt = startedAt + options.minutes * 60_000;
  const isOver = () => performance.now() > endsAt;
  for (const kind of schedule(world, options.only, isOver)) await strike(kind);
  const wellSince = performance.now();
  findings.fault = { number: findings.fault.number + 1, kind: 'end' };
  await load.stop();
  await checkInvariants(world, levels(world));
  await checkAuditTrail(world);
  await checkDelivered(world, wellSince);
}

/** One fault: some load, the fault, the recovery, and the checks of the invariants. */
async function strike(kind) {
  findings.fault = { number: findings.fault.number + 1, kind: kind.name };
  const before = levels(world);
  const { requests, byStatus } = world.ledger;
  const old = { ...byStatus };
  const moment = random.between(50, 500);
  await sleep(moment);
  const { inFlight } = world.client;
  const result = await kind.strike(world);
  const { detail, wellSince = performance.now() } =
    typeof result === 'string' ? { detail: result } : result;
  await world.recovers(wellSince);
  const recoveredMs = Math.round(performance.now() - wellSince);
  const checkedBefore = total(findings.counts);
  await checkInvariants(world, before);
  if (findings.fault.number % AUDITED_EVERY === 0) await checkAuditTrail(world);
  struck[kind.name] = (struck[kind.name] ?? 0) + 1;
  const since = (status) => (byStatus[status] ?? 0) - (old[status] ?? 0);
  say(
    `#${findings.fault.number} ${kind.name} ${detail} | at ${seconds()} s after ${moment} ms, ` +
      `${inFlight} under way | ${world.ledger.requests - requests} requests, ${since(503)} × 503, ` +
      `${since(0)} unanswered | ready in ${recoveredMs} ms | ` +
      `${total(findings.counts) - checkedBefore} checks, ${findings.violations.length} violations`,
  );
}

const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(1);
const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

function summary() {
  const { ledger, slowest, database, nonceStore, receiver, replicas = [] } = world;
  return {
    seed: options.seed,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    faults: struck,
    kills: {
      service: replicas.reduce((sum, { kills }) => sum + kills, 0),
      postgres: database.kills,
      redis: nonceStore?.kills ?? 0,
    },
    failOversOfRedis: nonceStore?.failOvers ?? 0,
    requests: ledger.requests,
    accepted: ledger.accepted,
    byStatus: ledger.byStatus,
    tokens: ledger.tokens.size,
    slowestAnswerMs: Math.round(ledger.slowestMs),
    slowestUnreadyMs: slowest.unreadyMs,
    slowestBackMs: slowest.backMs,
    memoryMaxMb: world.memoryMax,
    events: {
      taken: receiver.taken.size,
      again: receiver.deliveries - receiver.taken.size,
      tries: receiver.tries,
    },
    eventsLateMs: world.eventsLateMs,
    checks: findings.counts,
    violations: findings.violations,
  };
}

function tell(result) {
  say(`\n${result.seconds} s, seed ${result.seed}`);
  say(
    `faults      ${Object.entries(struck)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ')}`,
  );
  const { service, postgres, redis } = result.kills;
  say(`kill -9     ${service} of replicas, ${postgres} of PostgreSQL, ${redis} of Redis`);
  if (world.nonceStore) say(`fail-overs  ${result.failOversOfRedis} of Redis`);
  say(`requests    ${result.requests}, of which ${result.accepted} signed ones accepted`);
  say(
    `answers     ${JSON.stringify(result.byStatus)} (0: none), slowest ${result.slowestAnswerMs} ms`,
  );
  say(
    `readiness   turned in ${result.slowestUnreadyMs} ms at most, back in ${result.slowestBackMs} ms`,
  );
  const { taken, again, tries } = result.events;
  say(
    `events      ${taken} taken, ${again} of them again, in ${tries} tries; the last after ${result.eventsLateMs} ms`,
  );
  say(`memory      ${result.memoryMaxMb} MB of a replica at most`);
  for (const [name, text] of Object.entries(INVARIANTS))
    say(`${name} ${result.checks[name]} × ${text}`);
  say(`violations  ${result.violations.length}`);
}

function write(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** The result as a Jest report: each invariant is a test, which fails if it was violated. */
function countsOf({ violations }) {
  const failed = new Set(violations.map(({ invariant }) => invariant)).size;
  const numPassedTests = Object.keys(INVARIANTS).length - failed;
  return { numPassedTests, numFailedTests: failed, numRuntimeErrorTestSuites: 0 };
}

try {
  await main();
} catch (error) {
  findings.report('I6', 'the program could not go on', { error: error.stack });
}
const result = summary();
await close();
tell(result);
write(options.json, result);
if (options.counts) write(options.counts, countsOf(result));
process.exit(result.violations.length === 0 ? 0 : 1);
