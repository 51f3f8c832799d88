import { Injectable } from '@nestjs/common';
import { Batcher } from '../database/batcher.js';
import { Statements } from '../database/statements.js';
import { Metrics } from '../metrics/metrics.js';
import { CLAIMED_NONCES, claimColumns, claimKey, type NonceClaim } from './nonce-claim.js';
import { Nonces, type ClaimOutcome } from './nonces.js';

const CLAIM = {
  name: 'claim-nonces',
  text: `
    WITH claim AS (
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[])
        WITH ORDINALITY AS claim (oauth_timestamp, consumer_key, digest, n)
    ), ${CLAIMED_NONCES('claim')}
    SELECT n::int FROM claimed`,
};

/** Nonces in PostgreSQL: a claim is a row of the table `nonces`. */
@Injectable()
export class DatabaseNonces extends Nonces {
  private readonly claims: Batcher<NonceClaim, boolean>;

  constructor(
    private readonly statements: Statements,
    metrics: Metrics,
  ) {
    super();
    this.claims = new Batcher({
      keyOf: claimKey,
      sameKey: 'wait',
      send: (claims) => this.insert(claims),
      onSent: (size) => metrics.batchSent(CLAIM.name, size),
    });
  }

  override async claim(claim: NonceClaim): Promise<ClaimOutcome> {
    return claim.timestamp === null || (await this.claims.run(claim)) ? 'new' : 'used';
  }

  /** The statement claims the nonce itself: the request is done and remembered, or neither. */
  override async claimWith(
    claim: NonceClaim,
    act: (claim: NonceClaim) => Promise<boolean>,
  ): Promise<ClaimOutcome> {
    return (await act(claim)) ? 'new' : 'used';
  }

  private async insert(claims: readonly NonceClaim[]): Promise<boolean[]> {
    const won = await this.statements.run<{ n: number }>(CLAIM, claimColumns(claims));
    const outcomes = claims.map(() => false);
    for (const { n } of won) outcomes[n - 1] = true;
    return outcomes;
  }
}
