// A database that runs but lacks resources.
import { setTimeout as sleep } from 'node:timers/promises';

/** Other clients take all connections, also those that the replicas release. */
export const noConnections = {
  name: 'no-connections',
  weight: 2,
  async strike({ database, random }) {
    const others = [];
    const until = performance.now() + random.between(1_500, 3_000);
    let refusals = 0;
    while (performance.now() < until) {
      try {
        others.push(await database.connect({ asService: true }));
      } catch (error) {
        // A server without free connections may also be too busy to answer.
        if (error.code !== '53300' && !/timeout/.test(error.message)) throw error;
        refusals += 1;
        await database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE application_name LIKE 'oauth10%' ORDER BY random() LIMIT 2`,
        );
        await sleep(20);
      }
    }
    await Promise.all(others.map((other) => other.end()));
    return `${others.length} taken, ${refusals} refused`;
  },
};

const TABLES = [
  'nonces',
  'access_tokens',
  'temporary_credentials',
  'consumers',
  'audit_head',
  'audit_events',
  'events',
  'event_lanes',
];

const SENT_AWAY = new Set(['40P01', '55P03']); // deadlock, lock_timeout

/** A transaction that locks tables, or all of their rows, for a while. */
export const lockWait = {
  name: 'lock-wait',
  weight: 3,
  async strike({ database, random }) {
    const tables = random.shuffled(TABLES).slice(0, random.between(1, 2));
    const isWhole = random.chance(0.5);
    const client = await database.connect();
    await client.query("SET lock_timeout = '3s'");
    await client.query('BEGIN');
    try {
      for (const table of tables) {
        await client.query(
          isWhole
            ? `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`
            : `SELECT count(*) FROM (SELECT 1 FROM ${table} FOR UPDATE) AS locked`,
        );
      }
      await sleep(random.between(500, 2_500));
    } catch (error) {
      // PostgreSQL aborts one side of a deadlock, possibly this one.
      if (!SENT_AWAY.has(error.code)) throw error;
    } finally {
      await client.query('ROLLBACK');
      await client.end();
    }
    return `${isWhole ? 'table' : 'rows of'} ${tables.join(' and ')}`;
  },
};

/** Fills the disk of the tables. */
export const fullDisk = {
  name: 'full-disk',
  weight: 2,
  needs: ({ disk, noDisk }) => (disk ? undefined : noDisk),
  async strike({ disk, random, ledger }) {
    const before = ledger.byStatus[503] ?? 0;
    disk.fill();
    await sleep(random.between(1_500, 3_000));
    disk.free();
    return `${(ledger.byStatus[503] ?? 0) - before} answers 503`;
  },
};
