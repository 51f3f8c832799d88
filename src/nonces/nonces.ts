import type { NonceClaim } from './nonce-claim.js';

/**
 * What became of a claim. `forgottenBefore`: nobody knows whether it is new, since all that was claimed with
 * an earlier timestamp (seconds since 1970) may have been lost.
 */
export type ClaimOutcome = 'new' | 'used' | { readonly forgottenBefore: number };

/** Remembers the nonces of requests (RFC 5849 section 3.3). */
export abstract class Nonces {
  /**
   * `new` for the first claim, for no other, over all replicas and restarts.
   *
   * @throws StoreUnavailable when it is unknown whether it is the first; then none has succeeded
   */
  abstract claim(claim: NonceClaim): Promise<ClaimOutcome>;

  /**
   * The same for a request whose work is a statement that can claim the nonce itself.
   *
   * @param act runs it with the claim that is left for it to make; false when that was made before
   * @throws StoreUnavailable, and whatever `act` throws
   */
  abstract claimWith(
    claim: NonceClaim,
    act: (claim: NonceClaim) => Promise<boolean>,
  ): Promise<ClaimOutcome>;
}
