// Checks after each fault, against the replicas and the database.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ROOT } from '../../bench/rig.mjs';
import { checkOutbox } from './event-checks.mjs';
import { echo } from './requests.mjs';

const REPLAYS = { latest: 25, older: 5 };
const TOKENS = { latest: 10, older: 5 };
const PATIENCE_MS = 3_000;
/** Longer than this only until the horizon of a nonce store has passed. */
const HORIZON_MS = 2_000;
const REPLAYED_AT_ONCE = 40;

/** Above these limits a replica leaks resources. */
const MEMORY_MAX_MB = 300;
const MEMORY_GROWTH_MB = 100;
const FILES_GROWTH = 60;
/** Per replica: its pool, and the connection of the change feed. */
const CONNECTIONS_MAX = 11;

/** Each query returns no rows as long as invariant I5 (or I1) holds. */
const HALF_STATES = [
  [
    'I5',
    'used, but without a token',
    `
    SELECT t.token FROM temporary_credentials t
    WHERE t.used_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM access_tokens a WHERE a.temporary_token = t.token)`,
  ],
  [
    'I5',
    'a token of credentials that are not used',
    `
    SELECT a.token FROM access_tokens a JOIN temporary_credentials t ON t.token = a.temporary_token
    WHERE t.used_at IS NULL`,
  ],
  [
    'I5',
    'used, but not allowed',
    `
    SELECT token FROM temporary_credentials
    WHERE used_at IS NOT NULL AND decision IS DISTINCT FROM 'allowed'`,
  ],
  [
    'I5',
    'allowed without subject, scopes and verifier',
    `
    SELECT token FROM temporary_credentials WHERE (decision IS NOT DISTINCT FROM 'allowed')
      <> (subject IS NOT NULL AND granted_scopes IS NOT NULL AND verifier_hash IS NOT NULL)`,
  ],
  [
    'I1',
    'two tokens of one grant',
    `
    SELECT temporary_token AS token FROM access_tokens
    WHERE temporary_token IS NOT NULL GROUP BY 1 HAVING count(*) > 1`,
  ],
];

const AS_RECORDED = `
  SELECT wanted.token, a.token IS NULL AS missing, a.temporary_token AS temporary,
    a.revoked_at IS NOT NULL AS revoked
  FROM unnest($1::text[]) AS wanted (token) LEFT JOIN access_tokens a USING (token)`;

const CONNECTIONS = `
  SELECT count(*)::int AS open, count(*) FILTER (WHERE state LIKE 'idle in transaction%'
    AND state_change < now() - interval '11 seconds')::int AS forgotten
  FROM pg_stat_activity WHERE application_name LIKE 'oauth10%'`;

/** Runs all checks, one after the other, while the load continues. */
export async function checkInvariants(world, before) {
  await checkTokensWork(world);
  await checkReplays(world);
  await checkEnded(world);
  await checkDatabase(world);
  await checkOutbox(world);
  await checkLevels(world, before);
}

/** I2, on each replica. */
async function checkTokensWork({ ledger, random, replicas, inquiry, findings, nonceStore }) {
  const tokens = ledger.living(random, TOKENS.latest, TOKENS.older);
  const work = async (replica, token) => {
    const deadline = performance.now() + PATIENCE_MS + (nonceStore ? HORIZON_MS : 0);
    for (;;) {
      const wasLive = token.state === 'live';
      const { outcome, status } = await inquiry.ask('echo', replica, echo(replica, token), {
        refusals: ['token_revoked'],
      });
      const isLive = wasLive && token.state === 'live';
      if (outcome === 'done' || !isLive) return findings.checked('I2');
      if (outcome !== 'unknown' || performance.now() > deadline) {
        return findings.report('I2', `${replica.name} refused it`, { status, token: token.token });
      }
      await sleep(50);
    }
  };
  await Promise.all(replicas.flatMap((replica) => tokens.map((token) => work(replica, token))));
}

/** I3: replays accepted requests to each replica, and all of them if a store may have lost claims. */
async function checkReplays({ ledger, random, replicas, inquiry, nonceStore }) {
  const some = ledger.toReplay(random, REPLAYS.latest, REPLAYS.older);
  const accepted = nonceStore ? [...new Set([...some, ...ledger.takeNew()])] : some;
  const replay = ({ kind, request }) =>
    Promise.all(
      replicas.map((replica) =>
        inquiry.ask(kind, replica, request, {
          mustRefuse: 'I3',
          refusals: ['nonce_used', 'token_used', 'token_revoked', 'consumer_key_rejected'],
        }),
      ),
    );
  for (let at = 0; at < accepted.length; at += REPLAYED_AT_ONCE) {
    await Promise.all(accepted.slice(at, at + REPLAYED_AT_ONCE).map(replay));
  }
}

/** I4, including tokens that ended before the fault. */
async function checkEnded(world) {
  const ended = world.ledger.ended(world.random, TOKENS.latest, TOKENS.older);
  await Promise.all(ended.map((token) => world.mustBeRefused(token, ['token_revoked'])));
}

/** I1, I2, I4 and I5 in the database itself. */
async function checkDatabase({ database, ledger, findings }) {
  for (const [invariant, what, sql] of HALF_STATES) {
    const rows = await database.query(sql);
    findings.expect(invariant, rows.length === 0, what, { rows: rows.slice(0, 5) });
  }
  const delivered = [...ledger.tokens.values()];
  const ended = new Set(delivered.filter(({ state }) => state === 'ended'));
  const rows = await database.query(AS_RECORDED, [delivered.map(({ token }) => token)]);
  for (const { token, missing, temporary, revoked } of rows) {
    const known = ledger.tokens.get(token);
    findings.expect('I2', !missing && temporary === known.temporary, 'a delivered token is gone', {
      token,
    });
    if (ended.has(known)) findings.expect('I4', revoked, 'a revoke is undone', { token });
  }
}

/** Memory and open files of each replica, keyed by pid. */
export const levels = ({ replicas }) => new Map(replicas.map(({ pid }) => [pid, levelOf(pid)]));

function levelOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)[1]) / 1024);
    return { megabytes, files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/** The level of a replica. Waits for sockets that the other end has just closed. */
async function settledLevelOf(pid, then) {
  const until = performance.now() + PATIENCE_MS;
  let now = levelOf(pid);
  while (now && then && now.files - then.files > FILES_GROWTH && performance.now() < until) {
    await sleep(100);
    now = levelOf(pid);
  }
  return now;
}

/** I8. A replica that survived the fault is also compared with its level before. */
async function checkLevels(world, before) {
  const { replicas, database, findings } = world;
  for (const { name, pid } of replicas) {
    const then = before.get(pid);
    const now = await settledLevelOf(pid, then);
    if (!now) continue;
    world.memoryMax = Math.max(world.memoryMax ?? 0, now.megabytes);
    findings.expect('I8', now.megabytes <= MEMORY_MAX_MB, `${name} is large`, now);
    if (!then) continue;
    const grown = now.megabytes - then.megabytes > MEMORY_GROWTH_MB;
    findings.expect('I8', !grown, `${name} has grown`, { then, now });
    findings.expect('I8', now.files - then.files <= FILES_GROWTH, `${name} holds sockets`, {
      then,
      now,
    });
  }
  const [{ open, forgotten }] = await database.query(CONNECTIONS);
  const most = CONNECTIONS_MAX * replicas.length;
  findings.expect('I8', open <= most, 'connections were not given back', { open });
  findings.expect('I8', forgotten === 0, 'transactions were left open', { forgotten });
}

/** I5: verifies the audit trail. This takes a moment, so it does not run after each fault. */
export async function checkAuditTrail({ database, serviceEnv, findings }) {
  const env = { ...process.env, ...serviceEnv, DATABASE_URL: database.urlBy(database.port) };
  const verifying = promisify(execFile)(
    process.execPath,
    ['dist/programs/oauth10.js', 'audit', 'verify'],
    {
      cwd: ROOT,
      env,
    },
  );
  const outcome = await verifying.catch((error) => error);
  const { code = 0, stdout, stderr } = outcome;
  findings.expect('I5', code === 0, 'the record of staff is broken', { stdout, stderr });
}
