import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import type { NonceClaim } from '../nonces/nonce-claim.js';
import { Nonces } from '../nonces/nonces.js';
import { oauthProblem, timestampRefused } from '../protocol/oauth-problem.js';
import { claimOf, type VerifiedRequest } from './verified-request.js';

/** Spends the nonce of a verified request. This is the last check that may refuse the request. */
@Injectable()
export class SpentNonces {
  constructor(
    private readonly nonces: Nonces,
    private readonly clock: DatabaseClock,
    private readonly settings: Settings,
  ) {}

  /**
   * @param act the request's own work, if it is a statement that can claim the nonce itself; false if the nonce was
   *   already claimed
   * @throws OAuthProblem nonce_used; timestamp_refused for a timestamp from before a loss of claims;
   *   StoreUnavailable
   */
  async spend(
    request: VerifiedRequest,
    act?: (claim: NonceClaim) => Promise<boolean>,
  ): Promise<void> {
    const claim = claimOf(request);
    const outcome = await (act ? this.nonces.claimWith(claim, act) : this.nonces.claim(claim));
    if (outcome === 'new') return;
    if (outcome === 'used') throw oauthProblem('nonce_used');
    const latest = Math.floor(this.clock.nowSeconds()) + this.settings.timestampWindowSeconds;
    throw timestampRefused(outcome.forgottenBefore, latest);
  }
}
