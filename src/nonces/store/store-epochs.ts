import { setTimeout as sleep } from 'node:timers/promises';
import { exactNumber } from '../../database/exact-number.js';
import { Statements } from '../../database/statements.js';
import { StoreUnavailable } from '../../failures/store-unavailable.js';
import type { NonceClaim } from '../nonce-claim.js';

/** The state that all replicas share: the row of `nonce_store`. */
export interface StoreEpoch {
  /** Null if nonces are claimed in the database. */
  readonly epoch: string | null;
  readonly keyspace: string | null;
  /** Whether nonces can be claimed in the epoch. While it is not open, they can be claimed nowhere. */
  readonly isOpen: boolean;
  /** The histories of all primaries at the beginning of the epoch (PrimaryReport). */
  readonly primaries: readonly string[];
  /** Claims are kept for this window before and after now. */
  readonly windowSeconds: number;
  /** In seconds since 1970. */
  readonly forgottenBefore: number;
  /** The latest time of a look of any replica, in seconds since 1970. It never decreases. */
  readonly seenUntil: number;
}

/**
 * Each horizon is at least this long after `seenUntil`. A claim with a later timestamp than that is made in the
 * database as well. So each claim is covered by one of them, even if the database's clock is set back. The value is
 * the length of a lease, plus the second that is lost to rounding.
 */
export const COVERED_SECONDS = 3;

const COLUMNS = `epoch, keyspace, is_open AS "isOpen", primaries, window_seconds AS "windowSeconds",
  ${exactNumber('forgotten_before')} AS "forgottenBefore", ${exactNumber('seen_until')} AS "seenUntil"`;

const NOW = `floor(extract(epoch FROM clock_timestamp()))::bigint`;

// All replicas together write this once a second.
const SEE = {
  name: 'see-nonce-store',
  text: `WITH seen AS (
      UPDATE nonce_store SET seen_until = $1 WHERE is_open AND seen_until < $1::bigint RETURNING ${COLUMNS}
    )
    SELECT * FROM seen
    UNION ALL SELECT ${COLUMNS} FROM nonce_store WHERE NOT EXISTS (SELECT FROM seen)`,
};

const BEGIN = {
  name: 'begin-nonce-store-epoch',
  text: `UPDATE nonce_store SET epoch = $2, is_open = false, primaries = $3,
      window_seconds = $4, keyspace = coalesce(keyspace, $5), seen_until = greatest(seen_until, ${NOW})
    WHERE epoch IS NOT DISTINCT FROM $1 RETURNING ${COLUMNS}`,
};

// All earlier claims were answered before this statement; those with later timestamps are in CLAIMED_AHEAD.
const OPEN = {
  name: 'open-nonce-store-epoch',
  text: `UPDATE nonce_store SET is_open = true,
      forgotten_before = greatest(forgotten_before, ${NOW} + 1, seen_until + ${COVERED_SECONDS})
    WHERE epoch = $1 AND NOT is_open RETURNING ${COLUMNS}`,
};

// Before the first epoch, nonces were claimed in the database. Those claims have ended, and their latest timestamp
// is known.
const OPEN_FIRST = {
  name: 'open-first-nonce-store-epoch',
  text: `UPDATE nonce_store SET is_open = true, forgotten_before = greatest(forgotten_before,
      (SELECT forgotten_before FROM nonce_horizon),
      (SELECT max(oauth_timestamp) + 1 FROM nonces WHERE oauth_timestamp <= seen_until))
    WHERE epoch = $1 AND NOT is_open RETURNING ${COLUMNS}`,
};

// A claiming statement locks the table, takes its snapshot, and holds the lock until the commit. So a statement
// that does not see the epoch is found here, unless it has ended. A copy of a database has the same oids, hence the
// condition on the database.
const CLAIMING = {
  name: 'transactions-that-claim-nonces',
  text: `SELECT virtualtransaction AS id FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'nonces'::regclass AND granted AND mode = 'RowExclusiveLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
};
const CLAIMING_INTERVAL_MS = 50;
/** No statement takes longer than 4 s, and no transaction longer than 4.5 s. */
const CLAIMING_PATIENCE_MS = 6_000;

// With an empty list, the next look finds primaries that are not in it, and begins a new epoch.
const END = {
  name: 'end-nonce-store-epoch',
  text: `UPDATE nonce_store SET primaries = '{}' WHERE epoch = $1`,
};

const CLAIMED_AHEAD_BATCH = 1_000;

const CLAIMED_AHEAD = {
  name: 'nonces-claimed-ahead',
  text: `SELECT ${exactNumber('oauth_timestamp')} AS timestamp, consumer_key AS "consumerKey", digest FROM nonces
    WHERE oauth_timestamp > (SELECT seen_until FROM nonce_store) AND (oauth_timestamp, consumer_key, digest) > ($1, $2, $3)
    ORDER BY oauth_timestamp, nonces.consumer_key, nonces.digest LIMIT ${CLAIMED_AHEAD_BATCH}`,
};

/** More than the second between two records of a replica that claims, plus the time that it may wait for replies. */
const STILL_SECONDS = 5;

// A replica whose lease has not ended yet claims below the new horizon, or in the database as well.
const ABANDON = {
  name: 'abandon-nonce-store',
  text: `WITH store AS (
      SELECT epoch, abs(seen_until - ${NOW}) <= ${STILL_SECONDS} AS is_in_use FROM nonce_store WHERE epoch IS NOT NULL
    ), abandoned AS (
      UPDATE nonce_store SET epoch = NULL, is_open = false
      FROM store WHERE nonce_store.epoch = store.epoch AND NOT store.is_in_use
      RETURNING nonce_store.forgotten_before, nonce_store.seen_until
    ), moved AS (
      UPDATE nonce_horizon SET forgotten_before = greatest(nonce_horizon.forgotten_before,
        abandoned.forgotten_before, ${NOW} + 1, abandoned.seen_until + ${COVERED_SECONDS})
      FROM abandoned RETURNING 1
    )
    SELECT EXISTS (SELECT FROM moved) AS "isAbandoned",
      EXISTS (SELECT FROM store WHERE is_in_use) AS "isInUse"`,
};

/** The epochs of the nonce store, as the database keeps them for all replicas. */
export class StoreEpochs {
  constructor(private readonly statements: Statements) {}

  /**
   * Reads the row, and records that nonces may be claimed at this time.
   *
   * @param nowSeconds the time by which claims are judged
   * @throws StoreUnavailable, as all methods here
   */
  see(nowSeconds: number): Promise<StoreEpoch | undefined> {
    return this.one(SEE, [Math.floor(nowSeconds)]);
  }

  /** Ends an epoch whose claims are at risk: the next check begins a new one. */
  async end(epoch: string): Promise<void> {
    await this.statements.run(END, [epoch]);
  }

  /** Ends one epoch and begins the next; undefined if another replica was first. */
  begin(
    ended: string | null,
    next: Pick<StoreEpoch, 'epoch' | 'primaries' | 'windowSeconds' | 'keyspace'>,
  ): Promise<StoreEpoch | undefined> {
    const { epoch, primaries, windowSeconds, keyspace } = next;
    return this.one(BEGIN, [ended, epoch, primaries, windowSeconds, keyspace]);
  }

  /**
   * Resolves when all pending claims in the database have ended. These may not have seen an epoch that has just
   * begun; all later ones see it, and claim nothing.
   *
   * @throws StoreUnavailable if one does not end
   */
  async claimsEnded(): Promise<void> {
    const claiming = async () =>
      (await this.statements.run<{ id: string }>(CLAIMING)).map(({ id }) => id);
    const deadline = performance.now() + CLAIMING_PATIENCE_MS;
    const before = new Set(await claiming());
    for (let left = before.size; left > 0;) {
      if (performance.now() > deadline) {
        throw new StoreUnavailable(new Error('A claim in the database does not end'));
      }
      await sleep(CLAIMING_INTERVAL_MS);
      left = (await claiming()).filter((id) => before.has(id)).length;
    }
  }

  /** Moves the horizon, and opens the epoch for claims. */
  open(epoch: string, isFirst: boolean): Promise<StoreEpoch | undefined> {
    return this.one(isFirst ? OPEN_FIRST : OPEN, [epoch]);
  }

  /** The claims with timestamps after `seenUntil`, which no horizon covers. */
  async *claimedAhead(): AsyncGenerator<NonceClaim[]> {
    let last: readonly unknown[] = [0, '', Buffer.alloc(0)];
    for (;;) {
      const claims = await this.statements.run<NonceClaim>(CLAIMED_AHEAD, last);
      if (claims.length > 0) yield claims;
      const end = claims.at(-1);
      if (end === undefined || claims.length < CLAIMED_AHEAD_BATCH) return;
      last = [end.timestamp, end.consumerKey, end.digest];
    }
  }

  /** Returns to claims in the database, unless a replica claims in a store now. Claims in the store are forgotten. */
  async abandon(): Promise<{ readonly isAbandoned: boolean; readonly isInUse: boolean }> {
    const [outcome] = await this.statements.run<{ isAbandoned: boolean; isInUse: boolean }>(
      ABANDON,
    );
    return outcome ?? { isAbandoned: false, isInUse: false };
  }

  private async one(
    statement: typeof SEE,
    values: readonly unknown[],
  ): Promise<StoreEpoch | undefined> {
    return (await this.statements.run<StoreEpoch>(statement, values))[0];
  }
}
