import { Batcher } from '../database/batcher.js';
import type { Statements } from '../database/statements.js';
import { StoreUnavailable } from '../failures/store-unavailable.js';
import type { Metrics } from '../metrics/metrics.js';
import { CLAIMED_NONCES, claimColumns, claimKey, type NonceClaim } from './nonce-claim.js';
import { Nonces, type ClaimOutcome } from './nonces.js';

const CLAIM_COLUMNS = `unnest($1::bigint[], $2::text[], $3::bytea[])
        WITH ORDINALITY AS claim (oauth_timestamp, consumer_key, digest, n)`;

/** `n` of a claim starts at 1, so 0 is free. */
const STORE_IN_USE = 0;

/** The statement itself checks that no other replica claims in a nonce store. */
const CLAIM = {
  name: 'claim-nonces',
  text: `
    WITH store AS (SELECT epoch IS NOT NULL AS is_in_use FROM nonce_store), claim AS (
      SELECT * FROM ${CLAIM_COLUMNS} WHERE NOT (SELECT is_in_use FROM store)
    ), ${CLAIMED_NONCES('claim')}
    SELECT n::int FROM claimed UNION ALL SELECT ${STORE_IN_USE} FROM store WHERE is_in_use`,
};

const CLAIM_BESIDE_STORE = {
  name: 'claim-nonces-beside-store',
  text: `
    WITH claim AS (SELECT * FROM ${CLAIM_COLUMNS}), ${CLAIMED_NONCES('claim')}
    SELECT n::int FROM claimed`,
};

/** Nonces in PostgreSQL: a claim is a row of the table `nonces`. */
export class DatabaseNonces extends Nonces {
  private readonly claims: Batcher<NonceClaim, boolean>;

  /**
   * @param absence is notified if a nonce store is in use; undefined for claims made in addition to those in a
   *   store
   */
  constructor(
    private readonly statements: Statements,
    metrics: Metrics,
    private readonly absence?: { met(): void },
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

  /** The statement claims the nonce itself, so both the work and the claim are committed, or neither. */
  override async claimWith(
    claim: NonceClaim,
    act: (claim: NonceClaim) => Promise<boolean>,
  ): Promise<ClaimOutcome> {
    return (await act(claim)) ? 'new' : 'used';
  }

  private async insert(claims: readonly NonceClaim[]): Promise<boolean[]> {
    const statement = this.absence ? CLAIM : CLAIM_BESIDE_STORE;
    const won = await this.statements.run<{ n: number }>(statement, claimColumns(claims));
    if (won.some(({ n }) => n === STORE_IN_USE)) {
      this.absence?.met();
      throw new StoreUnavailable(new Error('Other replicas claim in a nonce store'));
    }
    const outcomes = claims.map(() => false);
    for (const { n } of won) outcomes[n - 1] = true;
    return outcomes;
  }
}
