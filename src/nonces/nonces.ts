import type { NonceClaim } from './nonce-claim.js';

/**
 * The outcome of a claim. `forgottenBefore`: it is unknown whether the nonce is new, because claims with timestamps
 * before this one (in seconds since 1970) may be lost.
 */
export type ClaimOutcome = 'new' | 'used' | { readonly forgottenBefore: number };

/** Stores the nonces of requests (RFC 5849 section 3.3). */
export abstract class Nonces {
  /**
   * Returns `new` only for the first claim of a nonce, across all replicas and restarts.
   *
   * @throws StoreUnavailable if it is unknown whether it is the first; then none has succeeded
   */
  abstract claim(claim: NonceClaim): Promise<ClaimOutcome>;

  /**
   * The same for a request whose work is a statement that can claim the nonce itself.
   *
   * @param act runs the statement, with the claim that the statement must still make; false if the nonce was
   *   already claimed
   * @throws StoreUnavailable, and what `act` throws
   */
  abstract claimWith(
    claim: NonceClaim,
    act: (claim: NonceClaim) => Promise<boolean>,
  ): Promise<ClaimOutcome>;
}
