import { Injectable } from '@nestjs/common';
import { Batcher } from '../database/batcher.js';
import { Statements } from '../database/statements.js';
import { Metrics } from '../metrics/metrics.js';
import { CLAIMED_NONCES, claimColumns, claimKey, type NonceClaim } from './nonce-claim.js';

const CLAIM = {
  name: 'claim-nonces',
  text: `
    WITH claim AS (
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[])
        WITH ORDINALITY AS claim (oauth_timestamp, consumer_key, digest, n)
    ), ${CLAIMED_NONCES('claim')}
    SELECT n::int FROM claimed`,
};

/** Remembers the nonces of requests that do no other work in the database. */
@Injectable()
export class Nonces {
  private readonly claims: Batcher<NonceClaim, boolean>;

  constructor(
    private readonly statements: Statements,
    metrics: Metrics,
  ) {
    this.claims = new Batcher({
      keyOf: claimKey,
      sameKey: 'wait',
      send: (claims) => this.insert(claims),
      onSent: (size) => metrics.batchSent(CLAIM.name, size),
    });
  }

  /** True for the first claim, false for every other, over all replicas and restarts. */
  async claim(claim: NonceClaim): Promise<boolean> {
    return claim.timestamp === null || this.claims.run(claim);
  }

  private async insert(claims: readonly NonceClaim[]): Promise<boolean[]> {
    const won = await this.statements.run<{ n: number }>(CLAIM, claimColumns(claims));
    const outcomes = claims.map(() => false);
    for (const { n } of won) outcomes[n - 1] = true;
    return outcomes;
  }
}
