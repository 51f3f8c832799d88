import { Injectable } from '@nestjs/common';
import { Statements } from '../database/statements.js';
import { CLAIMED_NONCE, claimValues, type NonceClaim } from './nonce-claim.js';

const CLAIM = {
  name: 'claim-nonce',
  text: `WITH ${CLAIMED_NONCE} SELECT EXISTS (SELECT FROM claimed) AS claimed`,
};

/** Remembers the nonces of requests that do no other work in the database. */
@Injectable()
export class Nonces {
  constructor(private readonly statements: Statements) {}

  /** True for the first claim, false for every other, over all replicas and restarts. */
  async claim(claim: NonceClaim): Promise<boolean> {
    const [row] = await this.statements.run<{ claimed: boolean }>(CLAIM, claimValues(claim));
    return row?.claimed === true;
  }
}
