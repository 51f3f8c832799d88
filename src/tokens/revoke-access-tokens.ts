import { Injectable } from '@nestjs/common';
import { ChangeFeed } from '../database/change-feed.js';
import { Statements } from '../database/statements.js';
import { CLAIMED_NONCE, claimValues, type NonceClaim } from '../nonces/nonce-claim.js';

// The first revocation's time stands; a later one changes nothing.
const REVOKE_OWN = {
  name: 'revoke-own-access-token',
  text: `
    WITH ${CLAIMED_NONCE}, revoked AS (
      UPDATE access_tokens SET revoked_at = coalesce(revoked_at, now())
      WHERE token = $4 AND consumer_key = $2 AND EXISTS (SELECT FROM claimed)
    )
    SELECT EXISTS (SELECT FROM claimed) AS claimed`,
};

/** Ends access tokens before their time (RFC 5849 section 2: the server should allow it). */
@Injectable()
export class RevokeAccessTokens {
  constructor(
    private readonly statements: Statements,
    private readonly changes: ChangeFeed,
  ) {}

  /**
   * Revokes the token that signed the request. Once it resolves, this process accepts it no more.
   *
   * @returns false when the nonce was used before, and then nothing was done
   */
  async revokeOwn(claim: NonceClaim, token: string): Promise<boolean> {
    const [row] = await this.statements.run<{ claimed: boolean }>(REVOKE_OWN, [
      ...claimValues(claim),
      token,
    ]);
    await this.changes.catchUp();
    return row?.claimed === true;
  }
}
