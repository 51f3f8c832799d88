import { Statements } from '../../database/statements.js';
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
}

const COLUMNS = `epoch, keyspace, is_open AS "isOpen", primaries, window_seconds AS "windowSeconds",
  forgotten_before::float8 AS "forgottenBefore"`;

const READ = { name: 'read-nonce-store', text: `SELECT ${COLUMNS} FROM nonce_store` };

const BEGIN = {
  name: 'begin-nonce-store-epoch',
  text: `UPDATE nonce_store SET epoch = $2, is_open = false, primaries = $3,
      window_seconds = $4, keyspace = coalesce(keyspace, $5)
    WHERE epoch IS NOT DISTINCT FROM $1 RETURNING ${COLUMNS}`,
};

const NOW = `floor(extract(epoch FROM clock_timestamp()))::bigint`;

// Each claim before was answered before this, and none had a timestamp ahead of the clock but those of CLAIMED_AHEAD.
const OPEN = {
  name: 'open-nonce-store-epoch',
  text: `UPDATE nonce_store SET is_open = true, forgotten_before = greatest(forgotten_before, ${NOW} + 1)
    WHERE epoch = $1 AND NOT is_open RETURNING ${COLUMNS}`,
};

// Before the first epoch of all, claims were made in the database, and the latest of them is known.
const OPEN_FIRST = {
  name: 'open-first-nonce-store-epoch',
  text: `UPDATE nonce_store SET is_open = true, forgotten_before = greatest(forgotten_before,
      (SELECT forgotten_before FROM nonce_horizon),
      (SELECT max(oauth_timestamp) + 1 FROM nonces WHERE oauth_timestamp <= ${NOW}))
    WHERE epoch = $1 AND NOT is_open RETURNING ${COLUMNS}`,
};

const CLAIMED_AHEAD_BATCH = 1_000;

const CLAIMED_AHEAD = {
  name: 'nonces-claimed-ahead',
  text: `SELECT oauth_timestamp::float8 AS timestamp, consumer_key AS "consumerKey", digest FROM nonces
    WHERE oauth_timestamp >= ${NOW} AND (oauth_timestamp, consumer_key, digest) > ($1, $2, $3)
    ORDER BY oauth_timestamp, nonces.consumer_key, nonces.digest LIMIT ${CLAIMED_AHEAD_BATCH}`,
};

const ABANDON = {
  name: 'abandon-nonce-store',
  text: `WITH abandoned AS (
      UPDATE nonce_store SET epoch = NULL, is_open = false WHERE epoch IS NOT NULL RETURNING forgotten_before
    )
    UPDATE nonce_horizon SET forgotten_before =
      greatest(nonce_horizon.forgotten_before, abandoned.forgotten_before, ${NOW} + 1)
    FROM abandoned RETURNING 1`,
};

/** The epochs of the nonce store, as the database keeps them for all replicas. */
export class StoreEpochs {
  constructor(private readonly statements: Statements) {}

  /** @throws StoreUnavailable, as all of these */
  read(): Promise<StoreEpoch | undefined> {
    return this.one(READ, []);
  }

  /** Ends one epoch and begins the next; undefined when another replica was first. */
  begin(
    ended: string | null,
    next: Pick<StoreEpoch, 'epoch' | 'primaries' | 'windowSeconds' | 'keyspace'>,
  ): Promise<StoreEpoch | undefined> {
    const { epoch, primaries, windowSeconds, keyspace } = next;
    return this.one(BEGIN, [ended, epoch, primaries, windowSeconds, keyspace]);
  }

  /** Moves the horizon, and lets claims be made in the epoch. */
  open(epoch: string, isFirst: boolean): Promise<StoreEpoch | undefined> {
    return this.one(isFirst ? OPEN_FIRST : OPEN, [epoch]);
  }

  /** What was claimed with a timestamp ahead of the clock: no horizon covers that. */
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

  /** Nonces are claimed in the database again: what was claimed in a store is forgotten there. */
  async abandon(): Promise<boolean> {
    return (await this.statements.run(ABANDON)).length > 0;
  }

  private async one(
    statement: typeof READ,
    values: readonly unknown[],
  ): Promise<StoreEpoch | undefined> {
    return (await this.statements.run<StoreEpoch>(statement, values))[0];
  }
}
