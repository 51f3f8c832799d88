import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { Statements } from '../database/statements.js';
import { CLAIMED_NONCE, claimValues, type NonceClaim } from '../nonces/nonce-claim.js';
import { oauthProblem } from '../protocol/oauth-problem.js';
import { newSecret, newToken } from '../secrets/random-values.js';
import { SecretBox } from '../secrets/secret-box.js';
import { asDeletedConsumer } from './as-deleted-consumer.js';
import { temporaryCredentialsSecret, type IssuedCredentials } from './temporary-credentials.js';

// Nonce and credentials stand or fall together: a replay issues nothing, a failure spends nothing.
const ISSUE = {
  name: 'issue-temporary-credentials',
  text: `
    WITH ${CLAIMED_NONCE}, issued AS (
      INSERT INTO temporary_credentials (token, consumer_key, secret, callback, scopes, expires_at)
      SELECT $4, $2, $5, $6, $7, now() + make_interval(secs => $8) FROM claimed
      RETURNING 1
    )
    SELECT EXISTS (SELECT FROM issued) AS issued`,
};

/** RFC 5849 section 2.1: a client obtains temporary credentials. */
@Injectable()
export class IssueTemporaryCredentials {
  constructor(
    private readonly statements: Statements,
    private readonly secrets: SecretBox,
    private readonly settings: Settings,
  ) {}

  /**
   * Issues temporary credentials to the consumer of a verified request.
   *
   * @param callback `oob`, or a URI that the consumer registered
   * @param scopes what is asked for; the owner may grant less
   * @throws OAuthProblem nonce_used; consumer_key_unknown when it was deleted meanwhile
   */
  async issue(
    claim: NonceClaim,
    callback: string,
    scopes: readonly string[],
  ): Promise<IssuedCredentials> {
    const token = newToken();
    const tokenSecret = newSecret();
    const values = [
      ...claimValues(claim),
      token,
      this.secrets.seal(tokenSecret, temporaryCredentialsSecret(token)),
      callback,
      scopes,
      this.settings.temporaryCredentialTtlSeconds,
    ];
    const [row] = await this.statements
      .run<{ issued: boolean }>(ISSUE, values)
      .catch((error: unknown) => {
        throw asDeletedConsumer(error) ?? error;
      });
    if (!row?.issued) throw oauthProblem('nonce_used');
    return { token, tokenSecret };
  }
}
