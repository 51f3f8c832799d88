import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { Batcher } from '../database/batcher.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Statements, type Statement } from '../database/statements.js';
import { exchangedTokens, Outbox } from '../events/outbox.js';
import { ACCESS_TOKEN_GRANT } from '../grants/granted.js';
import { Grants } from '../grants/grants.js';
import { Metrics } from '../metrics/metrics.js';
import { CLAIMED_NONCES, claimColumns, type NonceClaim } from '../nonces/nonce-claim.js';
import { oauthProblem, type OAuthProblem } from '../protocol/oauth-problem.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { newSecret, newToken } from '../secrets/random-values.js';
import { SecretBox } from '../secrets/secret-box.js';
import { accessTokenSecret, expiryAfter } from './access-token.js';
import type { SigningConsumer } from './signing-consumer.js';
import {
  FAILED_VERIFIERS_MAX,
  type IssuedCredentials,
  type TemporaryCredentials,
} from './temporary-credentials.js';
import { typedVerifier, verifierHolds, type Allowed } from './verifier.js';

// The whole exchange is one statement, which may contain exchanges of several temporary credentials. Concurrent
// exchanges wait for the lock on the row of the temporary credentials. When the first one commits, PostgreSQL
// evaluates the WHERE clause of the others again on the new row, and it is false. The UPDATE that accepts a
// correct verifier also counts a wrong one, so concurrent guesses cannot exceed the limit.
const exchange = (name: string, returned: string, outboxed: string): Statement => ({
  name,
  text: `
    WITH exchange AS (
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::bytea[],
          $6::text[], $7::bytea[], $8::float8[], $9::bytea[])
        WITH ORDINALITY AS exchange (oauth_timestamp, consumer_key, digest, temporary_token,
          verifier_hash, token, secret, expires_at_ms, grant_mac, n)
    ), ${CLAIMED_NONCES('exchange')}, attempted AS (
      UPDATE temporary_credentials t SET
        used_at = CASE WHEN t.verifier_hash = claimed.verifier_hash THEN now() END,
        failed_verifiers = t.failed_verifiers
          + CASE WHEN t.verifier_hash = claimed.verifier_hash THEN 0 ELSE 1 END
      FROM claimed
      WHERE t.token = claimed.temporary_token AND t.consumer_key = claimed.consumer_key
        AND t.decision = 'allowed' AND t.used_at IS NULL AND t.expires_at > now()
        AND t.failed_verifiers < ${FAILED_VERIFIERS_MAX}
      RETURNING claimed.n, claimed.token, claimed.consumer_key, claimed.temporary_token,
        claimed.secret, claimed.expires_at_ms, claimed.grant_mac, t.subject, t.granted_scopes,
        t.used_at IS NOT NULL AS matched
    ), issued AS (
      INSERT INTO access_tokens (token, consumer_key, temporary_token, secret, subject, scopes,
        expires_at, grant_mac)
      SELECT token, consumer_key, temporary_token, secret, subject, granted_scopes,
        to_timestamp(expires_at_ms / 1000), grant_mac
      FROM attempted WHERE matched
      RETURNING ${returned}
    )${outboxed}
    SELECT claimed.n::int, attempted.n IS NOT NULL AS attempted, issued.token IS NOT NULL AS issued
    FROM claimed LEFT JOIN attempted USING (n) LEFT JOIN issued ON issued.token = attempted.token`,
});
const EXCHANGE = exchange('exchange-temporary-credentials', 'token', '');
const EXCHANGE_AND_TELL = exchange(
  'exchange-temporary-credentials-with-events',
  'token, consumer_key, subject, scopes, expires_at',
  `, written_events AS (
      INSERT INTO events (type, consumer_key, subject, data) ${exchangedTokens('issued t')})`,
);

const WHY_NOT = {
  name: 'why-no-exchange',
  text: `
    SELECT decision, used_at IS NOT NULL AS used, expires_at <= now() AS expired
    FROM temporary_credentials WHERE token = $1 AND consumer_key = $2`,
};

/** A MAC that is valid for no row. */
const NO_MAC = Buffer.alloc(0);

/** One exchange: the parameters of the statement. */
interface Exchange {
  readonly claim: NonceClaim;
  readonly temporaryToken: string;
  /** null never equals the stored value. */
  readonly verifierHash: Buffer | null;
  readonly token: string;
  readonly sealedSecret: Buffer;
  readonly expiresAt: Date | null;
  readonly grantMac: Buffer;
}

/**
 * `attempted`: the credentials could be exchanged; `issued`: the verifier was correct; undefined: nonce used
 * before.
 */
type Outcome = { readonly attempted: boolean; readonly issued: boolean } | undefined;

interface Standing {
  decision: 'allowed' | 'denied' | null;
  used: boolean;
  expired: boolean;
}

/** Token credentials as the reply of section 2.3 contains them, once. */
export interface ExchangedCredentials extends IssuedCredentials {
  /** Seconds until the token expires; undefined if it is valid until revoked. */
  readonly expiresInSeconds: number | undefined;
}

/** RFC 5849 section 2.3: a client exchanges temporary credentials for token credentials. */
@Injectable()
export class ExchangeTemporaryCredentials {
  private readonly exchanges: Batcher<Exchange, Outcome>;
  private readonly statement: Statement;

  constructor(
    private readonly statements: Statements,
    private readonly secrets: SecretBox,
    private readonly settings: Settings,
    private readonly clock: DatabaseClock,
    private readonly keys: DerivedKeys,
    private readonly grants: Grants,
    outbox: Outbox,
    metrics: Metrics,
  ) {
    this.statement = outbox.isOn ? EXCHANGE_AND_TELL : EXCHANGE;
    this.exchanges = new Batcher({
      keyOf: ({ temporaryToken }) => temporaryToken,
      sameKey: 'wait',
      send: (exchanges) => this.send(exchanges),
      onSent: (size) => metrics.batchSent(EXCHANGE.name, size),
    });
  }

  /**
   * Exchanges the temporary credentials of a verified request, at most once.
   *
   * @param temporaryCredentials as read to verify the request. They contain the decision, because the consumer
   *   gets the verifier, and sends this request, after the decision was stored
   * @param verifier oauth_verifier as sent
   * @throws OAuthProblem nonce_used; permission_unknown, permission_denied, verifier_invalid, token_used,
   *   token_expired and token_rejected, each with the nonce spent
   */
  async exchange(
    claim: NonceClaim,
    consumer: SigningConsumer,
    temporaryCredentials: TemporaryCredentials,
    verifier: string,
  ): Promise<ExchangedCredentials> {
    const { token, expiresAtMs } = temporaryCredentials;
    const { consumerKey } = consumer;
    const subject = temporaryCredentials.subject ?? '';
    const scopes = temporaryCredentials.grantedScopes ?? [];
    const accessToken = newToken();
    const tokenSecret = newSecret();
    const ttlSeconds = consumer.accessTokenTtlSeconds ?? this.settings.accessTokenTtlSeconds;
    const expiresAt = expiryAfter(ttlSeconds, this.clock);
    const verifierHash = this.storedIfRight(temporaryCredentials, {
      token,
      consumerKey,
      expiresAtMs,
      subject,
      scopes,
      verifier: typedVerifier(verifier),
    });
    const outcome = await this.exchanges.run({
      claim,
      temporaryToken: token,
      verifierHash,
      token: accessToken,
      sealedSecret: this.secrets.seal(tokenSecret, accessTokenSecret(accessToken)),
      expiresAt,
      // The MAC covers the values that were read. If the row is altered before the statement runs, the new
      // token does not match its MAC. A wrong verifier gets no valid MAC, so that the token is useless even if
      // the statement issues it.
      grantMac:
        verifierHash === null
          ? NO_MAC
          : this.grants.mac(
              'access-token',
              ACCESS_TOKEN_GRANT.toGranted({
                token: accessToken,
                consumerKey,
                subject,
                scopes,
                expiresAt,
              }),
            ),
    });
    if (!outcome) throw oauthProblem('nonce_used');
    if (!outcome.attempted) throw await this.whyNot(token, consumer.consumerKey);
    if (!outcome.issued || verifierHash === null) throw oauthProblem('verifier_invalid');
    return {
      token: accessToken,
      tokenSecret,
      expiresInSeconds: ttlSeconds > 0 ? ttlSeconds : undefined,
    };
  }

  /** The stored value for a correct verifier, else null; the statement compares it with the row. */
  private storedIfRight({ verifierHash }: TemporaryCredentials, allowed: Allowed): Buffer | null {
    const isRight =
      verifierHash !== null &&
      verifierHolds(this.keys, allowed, verifierHash, this.grants.takesPlainVerifiers);
    return isRight ? verifierHash : null;
  }

  private async send(exchanges: readonly Exchange[]): Promise<Outcome[]> {
    const rows = await this.statements.run<{ n: number; attempted: boolean; issued: boolean }>(
      this.statement,
      [
        ...claimColumns(exchanges.map(({ claim }) => claim)),
        exchanges.map(({ temporaryToken }) => temporaryToken),
        exchanges.map(({ verifierHash }) => verifierHash),
        exchanges.map(({ token }) => token),
        exchanges.map(({ sealedSecret }) => sealedSecret),
        exchanges.map(({ expiresAt }) => expiresAt && expiresAt.getTime()),
        exchanges.map(({ grantMac }) => grantMac),
      ],
    );
    const outcomes = exchanges.map((): Outcome => undefined);
    for (const row of rows) outcomes[row.n - 1] = row;
    return outcomes;
  }

  /**
   * Determines the reason for a refusal. This needs a second read, because the statement's snapshot may be too
   * old.
   */
  private async whyNot(token: string, consumerKey: string): Promise<OAuthProblem> {
    const [standing] = await this.statements.run<Standing>(WHY_NOT, [token, consumerKey]);
    if (!standing) return oauthProblem('token_rejected');
    if (standing.used) return oauthProblem('token_used');
    if (standing.expired) return oauthProblem('token_expired');
    if (standing.decision === null) return oauthProblem('permission_unknown');
    if (standing.decision === 'denied') return oauthProblem('permission_denied');
    return oauthProblem('token_rejected'); // too many wrong verifiers
  }
}
