import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { Batcher } from '../database/batcher.js';
import { Statements } from '../database/statements.js';
import { Metrics } from '../metrics/metrics.js';
import { CLAIMED_NONCES, claimColumns, claimKey, type NonceClaim } from '../nonces/nonce-claim.js';
import { oauthProblem } from '../protocol/oauth-problem.js';
import { newSecret, newToken } from '../secrets/random-values.js';
import { SecretBox } from '../secrets/secret-box.js';
import { asDeletedConsumer } from './as-deleted-consumer.js';
import { temporaryCredentialsSecret, type IssuedCredentials } from './temporary-credentials.js';

// One statement claims the nonce and inserts the credentials: a replay issues nothing, and a failure spends no
// nonce. The scopes of a request are JSON, because PostgreSQL arrays cannot have rows of different lengths.
const ISSUE = {
  name: 'issue-temporary-credentials',
  text: `
    WITH request AS (
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::bytea[], $6::text[],
          $7::jsonb[])
        WITH ORDINALITY AS request (oauth_timestamp, consumer_key, digest, token, secret, callback,
          scopes, n)
    ), ${CLAIMED_NONCES('request')}, issued AS (
      INSERT INTO temporary_credentials (token, consumer_key, secret, callback, scopes, expires_at)
      SELECT token, consumer_key, secret, callback,
        ARRAY(SELECT jsonb_array_elements_text(scopes)), now() + make_interval(secs => $8)
      FROM claimed
      RETURNING token
    )
    SELECT token FROM issued`,
};

/** Temporary credentials to issue: the parameters of the statement. */
interface Issue {
  readonly claim: NonceClaim;
  readonly token: string;
  readonly sealedSecret: Buffer;
  readonly callback: string;
  readonly scopes: readonly string[];
}

/** RFC 5849 section 2.1: a client obtains temporary credentials. */
@Injectable()
export class IssueTemporaryCredentials {
  private readonly issues: Batcher<Issue, boolean>;

  constructor(
    private readonly statements: Statements,
    private readonly secrets: SecretBox,
    private readonly settings: Settings,
    metrics: Metrics,
  ) {
    this.issues = new Batcher({
      keyOf: ({ claim, token }) => (claim.timestamp === null ? token : claimKey(claim)),
      sameKey: 'wait',
      send: (issues) => this.send(issues),
      onSent: (size) => metrics.batchSent(ISSUE.name, size),
    });
  }

  /**
   * Issues temporary credentials to the consumer of a verified request.
   *
   * @param callback `oob`, or a URI that the consumer registered
   * @param scopes the requested scopes; the owner may grant fewer
   * @throws OAuthProblem nonce_used; consumer_key_unknown if the consumer was deleted meanwhile
   */
  async issue(
    claim: NonceClaim,
    callback: string,
    scopes: readonly string[],
  ): Promise<IssuedCredentials> {
    const token = newToken();
    const tokenSecret = newSecret();
    const sealedSecret = this.secrets.seal(tokenSecret, temporaryCredentialsSecret(token));
    const isIssued = await this.issues
      .run({ claim, token, sealedSecret, callback, scopes })
      .catch((error: unknown) => {
        throw asDeletedConsumer(error) ?? error;
      });
    if (!isIssued) throw oauthProblem('nonce_used');
    return { token, tokenSecret };
  }

  /** @returns for each whether it was issued; if not, its nonce was used before */
  private async send(issues: readonly Issue[]): Promise<boolean[]> {
    const rows = await this.statements.run<{ token: string }>(ISSUE, [
      ...claimColumns(issues.map(({ claim }) => claim)),
      issues.map(({ token }) => token),
      issues.map(({ sealedSecret }) => sealedSecret),
      issues.map(({ callback }) => callback),
      issues.map(({ scopes }) => JSON.stringify(scopes)),
      this.settings.temporaryCredentialTtlSeconds,
    ]);
    const issued = new Set(rows.map(({ token }) => token));
    return issues.map(({ token }) => issued.has(token));
  }
}
