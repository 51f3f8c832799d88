import { setTimeout as sleep } from 'node:timers/promises';
import { exactNumber } from '../../database/exact-number.js';
import { Statements } from '../../database/statements.js';
import { StoreUnavailable } from '../../failures/store-unavailable.js';
import type { NonceClaim } from '../nonce-claim.js';

/** What all replicas agree on: the row of `nonce_store`. */
export interface StoreEpoch {
  /** Null: no store was ever used. */
  readonly epoch: string | null;
  readonly keyspace: string | null;
  /** Claims are made in it; until then, nowhere. */
  readonly isOpen: boolean;
  /** The histories of all primaries that were there when it began (PrimaryReport). */
  readonly primaries: readonly string[];
  /** Claims are kept for this window on either side. */
  readonly windowSeconds: number;
  /** In seconds since 1970. */
  readonly forgottenBefore: number;
  /** The latest time at which a replica looked, in seconds since 1970. It never goes back. */
  readonly seenUntil: number;
}

/**
 * Each horizon lies at least so long after `seenUntil`. What is claimed with a later timestamp than that is
 * claimed in the database as well. So no claim escapes both, whatever becomes of the database's clock. As long
 * as a lease, and the second that is rounded off.
 */
export const COVERED_SECONDS = 3;

const COLUMNS = `epoch, keyspace, is_open AS "isOpen", primaries, window_seconds AS "windowSeconds",
  ${exactNumber('forgotten_before')} AS "forgottenBefore", ${exactNumber('seen_until')} AS "seenUntil"`;

const NOW = `floor(extract(epoch FROM clock_timestamp()))::bigint`;

// Of all replicas together one write a second.
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

// Each claim before was answered before this; those with later timestamps are in CLAIMED_AHEAD.
const OPEN = {
  name: 'open-nonce-store-epoch',
  text: `UPDATE nonce_store SET is_open = true,
      forgotten_before = greatest(forgotten_before, ${NOW} + 1, seen_until + ${COVERED_SECONDS})
    WHERE epoch = $1 AND NOT is_open RETURNING ${COLUMNS}`,
};

// Before the first epoch of all, claims were made in the database; they have ended, and the latest of them is known.
const OPEN_FIRST = {
  name: 'open-first-nonce-store-epoch',
  text: `UPDATE nonce_store SET is_open = true, forgotten_before = greatest(forgotten_before,
      (SELECT forgotten_before FROM nonce_horizon),
      (SELECT max(oauth_timestamp) + 1 FROM nonces WHERE oauth_timestamp <= seen_until))
    WHERE epoch = $1 AND NOT is_open RETURNING ${COLUMNS}`,
};

// A statement that claims locks the table, takes its snapshot, and holds the lock until all is committed. So one that
// does not see the epoch is found here, if it has not ended. A copy of a database has the same oids.
const CLAIMING = {
  name: 'transactions-that-claim-nonces',
  text: `SELECT virtualtransaction AS id FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'nonces'::regclass AND granted AND mode = 'RowExclusiveLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
};
const CLAIMING_INTERVAL_MS = 50;
/** No statement takes longer than 4 s, and no change longer than 4.5 s. */
const CLAIMING_PATIENCE_MS = 6_000;

// No look finds the same primaries as long as none is named.
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

/** Above the second after which a replica says anew that it claims, and the answers it may be waiting for. */
const STILL_SECONDS = 5;

// A replica whose claims this ends in the middle of its lease claims below the horizon, or in the database as well.
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
   * Reads the row, and lets it be known that claims may be made at this time.
   *
   * @param nowSeconds as claims are judged by
   * @throws StoreUnavailable, as all of these
   */
  see(nowSeconds: number): Promise<StoreEpoch | undefined> {
    return this.one(SEE, [Math.floor(nowSeconds)]);
  }

  /** The epoch's claims are at risk: the next check starts a new epoch. */
  async end(epoch: string): Promise<void> {
    await this.statements.run(END, [epoch]);
  }

  /** Ends one epoch and begins the next; undefined when another replica was first. */
  begin(
    ended: string | null,
    next: Pick<StoreEpoch, 'epoch' | 'primaries' | 'windowSeconds' | 'keyspace'>,
  ): Promise<StoreEpoch | undefined> {
    const { epoch, primaries, windowSeconds, keyspace } = next;
    return this.one(BEGIN, [ended, epoch, primaries, windowSeconds, keyspace]);
  }

  /**
   * Resolves once the claims in the database that were under way have ended. None of them may have seen an epoch that
   * has just begun; all later ones do, and claim nothing.
   *
   * @throws StoreUnavailable for one that does not end
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

  /** Moves the horizon, and lets claims be made in the epoch. */
  open(epoch: string, isFirst: boolean): Promise<StoreEpoch | undefined> {
    return this.one(isFirst ? OPEN_FIRST : OPEN, [epoch]);
  }

  /** What was claimed with a timestamp ahead of what was seen: no horizon covers that. */
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

  /**
   * Nonces are claimed in the database again, unless a replica claims in a store at this time: what was claimed
   * there is forgotten.
   */
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
