import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { Statements } from '../database/statements.js';
import { CLAIMED_NONCE, claimValues, type NonceClaim } from '../nonces/nonce-claim.js';
import { oauthProblem, type OAuthProblem } from '../protocol/oauth-problem.js';
import { newSecret, newToken } from '../secrets/random-values.js';
import { SecretBox } from '../secrets/secret-box.js';
import { accessTokenSecret } from './access-token.js';
import type { SigningConsumer } from './signing-consumer.js';
import { FAILED_VERIFIERS_MAX, type IssuedCredentials } from './temporary-credentials.js';
import { verifierHash } from './verifier.js';

// The whole exchange is one statement. Racers queue for the row of the temporary credentials; after
// the winner the WHERE clause is tried again on the new row, and no longer holds. A wrong verifier
// is counted by the same UPDATE that a right one wins by, so guesses cannot outrun the count.
const EXCHANGE = {
  name: 'exchange-temporary-credentials',
  text: `
    WITH ${CLAIMED_NONCE}, attempted AS (
      UPDATE temporary_credentials SET
        used_at = CASE WHEN verifier_hash = $5 THEN now() END,
        failed_verifiers = failed_verifiers + CASE WHEN verifier_hash = $5 THEN 0 ELSE 1 END
      WHERE token = $4 AND consumer_key = $2 AND EXISTS (SELECT FROM claimed)
        AND decision = 'allowed' AND used_at IS NULL AND expires_at > now()
        AND failed_verifiers < ${FAILED_VERIFIERS_MAX}
      RETURNING token, subject, granted_scopes, used_at IS NOT NULL AS matched
    ), issued AS (
      INSERT INTO access_tokens (token, consumer_key, temporary_token, secret, subject, scopes, expires_at)
      SELECT $6, $2, token, $7, subject, granted_scopes,
        CASE WHEN $8::float8 > 0 THEN now() + make_interval(secs => $8::float8) END
      FROM attempted WHERE matched
      RETURNING 1
    )
    SELECT EXISTS (SELECT FROM claimed) AS claimed, EXISTS (SELECT FROM attempted) AS attempted,
      EXISTS (SELECT FROM issued) AS issued`,
};

const WHY_NOT = {
  name: 'why-no-exchange',
  text: `
    SELECT decision, used_at IS NOT NULL AS used, expires_at <= now() AS expired
    FROM temporary_credentials WHERE token = $1 AND consumer_key = $2`,
};

interface Standing {
  decision: 'allowed' | 'denied' | null;
  used: boolean;
  expired: boolean;
}

/** Token credentials as they leave in the reply of section 2.3, once. */
export interface ExchangedCredentials extends IssuedCredentials {
  /** Seconds until the token expires; undefined when it lives until revoked. */
  readonly expiresInSeconds: number | undefined;
}

/** RFC 5849 section 2.3: a client exchanges temporary credentials for token credentials. */
@Injectable()
export class ExchangeTemporaryCredentials {
  constructor(
    private readonly statements: Statements,
    private readonly secrets: SecretBox,
    private readonly settings: Settings,
  ) {}

  /**
   * Exchanges the temporary credentials of a verified request, at most once.
   *
   * @param token the temporary credentials' identifier
   * @param verifier oauth_verifier as sent
   * @throws OAuthProblem nonce_used; permission_unknown, permission_denied, verifier_invalid,
   *   token_used, token_expired and token_rejected, each with the nonce spent
   */
  async exchange(
    claim: NonceClaim,
    consumer: SigningConsumer,
    token: string,
    verifier: string,
  ): Promise<ExchangedCredentials> {
    const accessToken = newToken();
    const tokenSecret = newSecret();
    const ttlSeconds = consumer.accessTokenTtlSeconds ?? this.settings.accessTokenTtlSeconds;
    const [outcome] = await this.statements.run<{
      claimed: boolean;
      attempted: boolean;
      issued: boolean;
    }>(EXCHANGE, [
      ...claimValues(claim),
      token,
      verifierHash(verifier),
      accessToken,
      this.secrets.seal(tokenSecret, accessTokenSecret(accessToken)),
      ttlSeconds,
    ]);
    if (!outcome?.claimed) throw oauthProblem('nonce_used');
    if (!outcome.attempted) throw await this.whyNot(token, consumer.consumerKey);
    if (!outcome.issued) throw oauthProblem('verifier_invalid');
    return {
      token: accessToken,
      tokenSecret,
      expiresInSeconds: ttlSeconds > 0 ? ttlSeconds : undefined,
    };
  }

  /** Names the refusal. A second read, and only then: the statement's own snapshot is too old. */
  private async whyNot(token: string, consumerKey: string): Promise<OAuthProblem> {
    const [standing] = await this.statements.run<Standing>(WHY_NOT, [token, consumerKey]);
    if (!standing) return oauthProblem('token_rejected');
    if (standing.used) return oauthProblem('token_used');
    if (standing.expired) return oauthProblem('token_expired');
    if (standing.decision === null) return oauthProblem('permission_unknown');
    if (standing.decision === 'denied') return oauthProblem('permission_denied');
    return oauthProblem('token_rejected'); // killed by wrong verifiers
  }
}
