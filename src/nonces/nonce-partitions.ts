import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Statements, type Statement } from '../database/statements.js';
import { Transactions } from '../database/transactions.js';
import { untilAvailable } from '../database/until-available.js';
import { errorFields } from '../failures/error-fields.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { Metrics } from '../metrics/metrics.js';

/** The timestamps of one partition, in seconds since 1970; `to` is not included. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** Ten minutes: at most some millions of nonces, dropped at once. All releases must use the same value. */
const PARTITION_SECONDS = 600;
/** Partitions are created this far ahead, so maintenance may fail for that long. */
const AHEAD_SECONDS = 6 * PARTITION_SECONDS;
/**
 * A nonce is kept for this long after its timestamp has left the window. This covers the time between reading the
 * clock and the claim, and a database clock that is set back a little.
 */
const MARGIN_SECONDS = 120;
/** While a statement waits for a lock on the table, all claims wait behind it. */
const LOCK_TIMEOUT_MS = 100;
/** Any constant works if all replicas use the same. */
const LOCK_KEY = 5849_0006;
const REST_BATCH = 5_000;

const PARTITIONS = {
  name: 'nonce-partitions',
  text: `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'nonces'::regclass`,
};

// These run as the owner of the tables (migration 0016), which may be another role than the service's own. The cast
// makes sure that no other function of that name matches equally well.
const MAKE = { name: 'make-nonce-partition', text: 'SELECT make_nonce_partition($1::bigint)' };
const DROP = { name: 'drop-nonce-partition', text: 'SELECT drop_nonce_partition($1::bigint)' };

const LOCK_TIMEOUT = {
  name: 'lock-timeout-of-nonce-partitions',
  text: `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`,
};

const LOCK = {
  name: 'lock-nonce-partitions',
  text: `SELECT pg_try_advisory_xact_lock(${LOCK_KEY}) AS ours`,
};

const FORGET_BEFORE = {
  name: 'forget-nonces-before',
  text: 'UPDATE nonce_horizon SET forgotten_before = greatest(forgotten_before, $1)',
};

const SWEEP_REST = {
  name: 'sweep-rest-of-nonces',
  text: `DELETE FROM nonces_rest WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM nonces_rest WHERE oauth_timestamp < $1 LIMIT ${REST_BATCH}))
    RETURNING 1`,
};

/**
 * Creates the partitions that nonces will need, and drops those that are no longer needed (RFC 5849 section 3.3
 * allows a server to forget nonces whose timestamps it refuses).
 */
@Injectable()
export class NoncePartitions implements OnModuleInit {
  private readonly logger = new Logger('Nonces');

  constructor(
    private readonly statements: Statements,
    private readonly transactions: Transactions,
    private readonly clock: DatabaseClock,
    private readonly settings: Settings,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Runs before the first request. If a partition cannot be created now, it is created later; until then the
   * default partition takes its nonces.
   */
  async onModuleInit(): Promise<void> {
    await untilAvailable(async () => {
      await this.clock.sync();
      await this.makeAhead();
    });
  }

  /** Creates the missing partitions, for the window and AHEAD_SECONDS. */
  async makeAhead(nowSeconds = this.clock.nowSeconds()): Promise<number> {
    const { timestampWindowSeconds } = this.settings;
    const there = new Set((await this.ranges()).map(({ from }) => from));
    const first = startOf(nowSeconds - timestampWindowSeconds);
    const last = startOf(nowSeconds + timestampWindowSeconds + AHEAD_SECONDS);
    let made = 0;
    for (let from = first; from <= last; from += PARTITION_SECONDS) {
      if (there.has(from)) continue;
      if (!(await this.make({ from, to: from + PARTITION_SECONDS }))) continue;
      made += 1;
      there.add(from);
    }
    let end = startOf(nowSeconds);
    while (there.has(end)) end += PARTITION_SECONDS;
    this.metrics.noncePartitionsReach(end);
    return made;
  }

  /**
   * Drops the partitions that contain only timestamps that are refused now, and moves the horizon accordingly.
   *
   * @returns the number of dropped partitions
   */
  async dropExpired(nowSeconds = this.clock.nowSeconds()): Promise<number> {
    const horizon = nowSeconds - this.settings.timestampWindowSeconds - MARGIN_SECONDS;
    let dropped = 0;
    for (const range of await this.ranges()) {
      if (range.to <= horizon && (await this.drop(range))) dropped += 1;
    }
    return dropped;
  }

  /**
   * Deletes a batch of expired rows from the default partition, which holds nonces for which there was no
   * partition.
   *
   * @returns the number of deleted rows
   */
  async deleteExpiredOutsidePartitions(nowSeconds = this.clock.nowSeconds()): Promise<number> {
    const horizon = Math.floor(nowSeconds - this.settings.timestampWindowSeconds - MARGIN_SECONDS);
    return this.transactions.run(async (transaction) => {
      await transaction.run(FORGET_BEFORE, [horizon]);
      return (await transaction.run(SWEEP_REST, [horizon])).length;
    });
  }

  private async ranges(): Promise<Range[]> {
    const rows = await this.statements.run<{ name: string }>(PARTITIONS);
    return rows.flatMap(({ name }) => {
      const from = Number(/^nonces_(\d+)$/.exec(name)?.[1] ?? Number.NaN);
      return Number.isNaN(from) ? [] : [{ from, to: from + PARTITION_SECONDS }];
    });
  }

  /** Attaching a partition blocks only claims in the default partition, which is not used in normal operation. */
  private make({ from }: Range): Promise<boolean> {
    return this.attempt(MAKE, from);
  }

  /** The same transaction moves the horizon, so that none of these nonces is ever accepted as new. */
  private drop({ from }: Range): Promise<boolean> {
    return this.attempt(DROP, from);
  }

  /** Only one replica at a time; if it cannot be done at once, the next run tries again. */
  private async attempt(statement: Statement, from: number): Promise<boolean> {
    try {
      return await this.transactions.run(async (transaction) => {
        await transaction.run(LOCK_TIMEOUT);
        const [lock] = await transaction.run<{ ours: boolean }>(LOCK);
        if (!lock?.ours) return false;
        await transaction.run(statement, [from]);
        return true;
      });
    } catch (error) {
      this.metrics.sweepFailed('nonce_partitions');
      // A lock timeout resolves itself at the next run; any other error persists until an operator fixes it.
      const level = isStoreUnavailable(error) ? 'debug' : 'error';
      this.logger[level]('Work on nonce partitions failed', {
        work: statement.name,
        from,
        ...errorFields(error),
      });
      return false;
    }
  }
}

const startOf = (seconds: number): number =>
  Math.floor(seconds / PARTITION_SECONDS) * PARTITION_SECONDS;
