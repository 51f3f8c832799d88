import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseClock } from '../../database/database-clock.js';
import { StoreUnavailable } from '../../failures/store-unavailable.js';
import type { NonceClaim } from '../nonce-claim.js';
import type { StoreConnection } from './store-connection.js';
import type { StoreEpoch, StoreEpochs } from './store-epochs.js';
import { BUCKETS, claimKeys, markKey } from './store-keys.js';
import { claimScript, MARK } from './store-scripts.js';

/**
 * A replica claims in an epoch for this long after its last check. A replica that begins the next epoch waits until
 * all leases have ended, so that two epochs are never used at once, whichever servers the replicas reach.
 */
export const LEASE_MS = 2_000;
/** Added to the lease, because clocks run at different speeds. */
const LEASE_MARGIN_MS = 500;

/** A claim is kept for this long after its timestamp has left the window; see NoncePartitions. */
const MARGIN_SECONDS = 120;

/** How long a claim must be kept, in ms. */
export const keptMs = (
  { timestamp }: NonceClaim,
  windowSeconds: number,
  nowSeconds: number,
): number =>
  Math.max(1, Math.ceil(((timestamp ?? 0) + windowSeconds + MARGIN_SECONDS - nowSeconds) * 1000));

export interface Opening {
  readonly epochs: StoreEpochs;
  readonly connection: StoreConnection;
  readonly clock: DatabaseClock;
  /** The histories of all current primaries (PrimaryReport). */
  readonly histories: readonly string[];
  readonly windowSeconds: number;
}

/**
 * Begins a new epoch after `last`: all earlier claims count as lost. Primaries get the epoch's script only before
 * the epoch is open, so a server that joins later lacks it.
 *
 * @returns the open epoch; undefined if another replica was first
 * @throws StoreUnavailable
 */
export async function openEpoch(
  last: StoreEpoch,
  { epochs, connection, clock, histories, windowSeconds }: Opening,
): Promise<StoreEpoch | undefined> {
  const epoch = randomBytes(16).toString('hex');
  const begun = await epochs.begin(last.epoch, {
    epoch,
    primaries: histories,
    windowSeconds,
    keyspace: randomBytes(6).toString('hex'),
  });
  const keyspace = begun?.keyspace ?? undefined;
  if (keyspace === undefined) return undefined;
  // Waits until nobody claims in the last epoch. Before the first epoch, all claims were made in the database.
  if (last.epoch === null) await epochs.claimsEnded();
  else await sleep(LEASE_MS + LEASE_MARGIN_MS, undefined, { ref: false });
  const { text } = claimScript(epoch);
  for (const send of await connection.primaries()) await send(['SCRIPT', 'LOAD', text]);
  const nowMs = () => String(Math.round(clock.nowSeconds() * 1000));
  await Promise.all(
    Array.from({ length: BUCKETS }, (_, bucket) => {
      const key = markKey(keyspace, bucket);
      return connection.send(key, ['EVAL', MARK, '1', key, epoch, nowMs()]);
    }),
  );
  for await (const claims of epochs.claimedAhead()) {
    await Promise.all(
      claims.map((claim) => {
        const [, key] = claimKeys(keyspace, claim);
        const ms = keptMs(claim, windowSeconds, clock.nowSeconds());
        return connection.send(key, ['SET', key, '', 'PX', String(ms)]);
      }),
    );
  }
  const open = await epochs.open(epoch, last.epoch === null);
  if (!open) throw new StoreUnavailable(new Error('Another epoch of the nonce store has begun'));
  return open;
}
