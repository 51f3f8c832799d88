import type { DatabaseClock } from '../../database/database-clock.js';
import { StoreUnavailable } from '../../failures/store-unavailable.js';
import type { NonceClaim } from '../nonce-claim.js';
import { Nonces, type ClaimOutcome } from '../nonces.js';
import type { NonceStore, StoreLease } from './nonce-store.js';
import { COVERED_SECONDS } from './store-epochs.js';
import { claimKeys } from './store-keys.js';
import { keptMs } from './store-opening.js';
import { CLAIM_REPLY } from './store-scripts.js';

/** Nonces in Redis or Valkey: a claim is a key that expires once its timestamp is refused. */
export class StoreNonces extends Nonces {
  /** @param database for claims with timestamps too far ahead of `seenUntil` to be covered by a horizon */
  constructor(
    private readonly store: NonceStore,
    private readonly database: Nonces,
    private readonly clock: DatabaseClock,
  ) {
    super();
  }

  override async claim(claim: NonceClaim): Promise<ClaimOutcome> {
    const { timestamp } = claim;
    if (timestamp === null) return 'new';
    const lease = this.store.lease();
    const { forgottenBefore, seenUntil } = lease.epoch;
    if (timestamp < forgottenBefore) return { forgottenBefore };
    if ((await this.send(lease, claim)) === CLAIM_REPLY.used) return 'used';
    const isAhead = timestamp >= seenUntil + COVERED_SECONDS;
    if (isAhead && (await this.database.claim(claim)) !== 'new') return 'used';
    // If the lease has ended in the meantime, other replicas may already claim in another epoch.
    if (!this.store.holds(lease)) throw new StoreUnavailable();
    return 'new';
  }

  /** Claims first: if the work fails after that, the client has to sign again. */
  override async claimWith(
    claim: NonceClaim,
    act: (claim: NonceClaim) => Promise<boolean>,
  ): Promise<ClaimOutcome> {
    const outcome = await this.claim(claim);
    if (outcome === 'new') await act({ ...claim, timestamp: null, digest: null });
    return outcome;
  }

  /**
   * Sends a claim only once: if its reply is lost, it is unknown whether the claim took place.
   *
   * @throws StoreUnavailable for anything but a reply to the claim
   */
  private async send({ connection, epoch, sha }: StoreLease, claim: NonceClaim): Promise<unknown> {
    const nowSeconds = this.clock.nowSeconds();
    const [mark, key] = claimKeys(epoch.keyspace, claim);
    const nowMs = String(Math.round(nowSeconds * 1000));
    const ms = String(keptMs(claim, epoch.windowSeconds, nowSeconds));
    let reply: unknown;
    try {
      reply = await connection.send(key, ['EVALSHA', sha, '2', mark, key, nowMs, ms]);
    } catch (error) {
      this.store.doubt();
      throw new StoreUnavailable(error);
    }
    if (reply === CLAIM_REPLY.new || reply === CLAIM_REPLY.used) return reply;
    this.store.doubt(epoch.epoch);
    throw new StoreUnavailable(new Error('The nonce store has lost claims'));
  }
}
