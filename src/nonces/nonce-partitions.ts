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

/** Ten minutes: some millions of nonces at the most, gone in one go. All releases take the same. */
const PARTITION_SECONDS = 600;
/** So far are partitions made ahead: the maintenance may be down for that long. */
const AHEAD_SECONDS = 6 * PARTITION_SECONDS;
/**
 * A nonce is kept for so long after its timestamp has left the window. It covers the time between
 * the look at the clock and the claim, and a clock of the database that is set back a little.
 */
const MARGIN_SECONDS = 120;
/** Whoever waits for a lock on the table has all claims waiting behind it. */
const LOCK_TIMEOUT_MS = 100;
/** Any constant will do, as long as every replica takes the same. */
const LOCK_KEY = 5849_0006;
const REST_BATCH = 5_000;

const PARTITIONS = {
  name: 'nonce-partitions',
  text: `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'nonces'::regclass`,
};

// These run as the owner of the tables (migration 0016), which the service's own role need not be. With the
// type stated no other function of the name fits as well.
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
 * Makes the partitions that nonces will need, and drops those that nobody can need any more
 * (RFC 5849 section 3.3 lets a server forget what its window refuses).
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

  /** Before the first request; what can't be made now is made later, and the rest takes its nonces. */
  async onModuleInit(): Promise<void> {
    await untilAvailable(async () => {
      await this.clock.sync();
      await this.makeAhead();
    });
  }

  /** Makes what is missing of the partitions for the window and a while ahead. */
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
   * Drops the partitions whose every timestamp is refused by now, and moves the horizon with them.
   *
   * @returns how many went
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
   * Deletes a batch of what no partition was there for, once its timestamps are refused.
   *
   * @returns how many rows went
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

  /** Attaching locks claims out of the rest alone, which nothing goes to while all is well. */
  private make({ from }: Range): Promise<boolean> {
    return this.attempt(MAKE, from);
  }

  /** The horizon moves in the same transaction: none of these nonces is ever taken for a new one. */
  private drop({ from }: Range): Promise<boolean> {
    return this.attempt(DROP, from);
  }

  /** One replica at a time; what can't be done at once is left for the next time. */
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
      // Whoever waited too long tries again; anything else stays as it is until somebody mends it.
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
