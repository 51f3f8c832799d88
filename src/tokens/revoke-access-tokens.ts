import { Injectable } from '@nestjs/common';
import type { AuditActor } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Outbox } from '../events/outbox.js';
import { CLAIMED_NONCE, claimValues, type NonceClaim } from '../nonces/nonce-claim.js';
import { tokenRevoked } from './token-revoked.js';

// The time of the first revocation stays; a later one changes nothing, and records no event.
const REVOKE_OWN = {
  name: 'revoke-own-access-token',
  text: `
    WITH ${CLAIMED_NONCE}, revoked AS (
      UPDATE access_tokens SET revoked_at = now()
      WHERE token = $4 AND consumer_key = $2 AND revoked_at IS NULL AND EXISTS (SELECT FROM claimed)
      RETURNING 1
    )
    SELECT EXISTS (SELECT FROM claimed) AS claimed, EXISTS (SELECT FROM revoked) AS revoked`,
};

/** Lets a consumer revoke its own access token (RFC 5849 section 2: the server should allow revocation). */
@Injectable()
export class RevokeAccessTokens {
  constructor(
    private readonly audit: AuditTrail,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Revokes the token that signed the request, and records that. Once the promise resolves, this process no
   * longer accepts the token.
   *
   * @param request the consumer's request, for the audit event
   * @returns false if the nonce was used before; then nothing is revoked
   */
  async revokeOwn(
    claim: NonceClaim,
    token: string,
    request: Pick<AuditActor, 'requestId' | 'address'>,
  ): Promise<boolean> {
    const { claimed } = await this.audit.record(
      ({ revoked }: { claimed: boolean; revoked: boolean }) =>
        revoked
          ? tokenRevoked(token, { name: `consumer:${claim.consumerKey}`, ...request })
          : undefined,
      async (transaction) => {
        const [row] = await transaction.run<{ claimed: boolean; revoked: boolean }>(REVOKE_OWN, [
          ...claimValues(claim),
          token,
        ]);
        if (row?.revoked) await this.outbox.addRevoked(transaction, token, 'client');
        return row ?? { claimed: false, revoked: false };
      },
    );
    return claimed;
  }
}
