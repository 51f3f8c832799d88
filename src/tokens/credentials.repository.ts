import { Injectable } from '@nestjs/common';
import {
  CONSUMER_GRANT,
  GRANTED_TO_CONSUMER,
  type ConsumerGrant,
} from '../consumers/consumer-grant.js';
import { Batcher } from '../database/batcher.js';
import { DatabaseClock } from '../database/database-clock.js';
import { exactNumber } from '../database/exact-number.js';
import { Statements, type Statement } from '../database/statements.js';
import {
  ACCESS_TOKEN_GRANT,
  millisecondsOf,
  type AccessTokenGrant,
  type Instant,
} from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { Metrics } from '../metrics/metrics.js';
import type { AccessToken } from './access-token.js';
import { isPast } from './inactive-consumer.js';
import type { SigningConsumer } from './signing-consumer.js';
import type { TemporaryCredentials } from './temporary-credentials.js';

const FIND_CONSUMERS = {
  name: 'find-consumers',
  text: `
    SELECT secret, previous_secret AS "previousSecret",
      ${GRANTED_TO_CONSUMER('c')} AS granted, grant_mac AS "grantMac"
    FROM consumers c WHERE consumer_key = ANY ($1::text[])`,
};

// A token is looked up together with the consumer's key, so another consumer's token, or a token of the wrong
// kind, is not found.
const WANTED = `unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (consumer_key, token, n)`;

const FIND_TEMPORARY_CREDENTIALS = {
  name: 'find-temporary-credentials',
  text: `
    SELECT n::int, t.secret, t.used_at IS NOT NULL AS used,
      t.decision IS NOT DISTINCT FROM 'denied' AS denied, t.failed_verifiers AS "failedVerifiers",
      t.subject, t.granted_scopes AS "grantedScopes", t.verifier_hash AS "verifierHash",
      ${exactNumber(millisecondsOf('t.expires_at'))} AS "expiresAtMs"
    FROM ${WANTED} JOIN temporary_credentials t USING (token, consumer_key)`,
};

const FIND_ACCESS_TOKENS = {
  name: 'find-access-tokens',
  text: `
    SELECT n::int, t.secret, t.revoked_at IS NOT NULL AS revoked,
      ${ACCESS_TOKEN_GRANT.sql} AS granted, t.grant_mac AS "grantMac"
    FROM ${WANTED} JOIN access_tokens t USING (token, consumer_key)`,
};

interface ConsumerRow extends GrantRow {
  readonly secret: Buffer | null;
  readonly previousSecret: Buffer | null;
}

interface AccessTokenRow extends GrantRow {
  readonly secret: Buffer;
  readonly revoked: boolean;
}

type TemporaryCredentialsRow = Omit<TemporaryCredentials, 'token' | 'expiresAtSeconds'>;

const NO_SECRETS = { secret: null, previousSecret: null };
/** Expired by any clock, even if the clock is set back meanwhile. */
const LONG_AGO = new Date(0);

const seconds = (instant: Instant): number | null => instant && instant.getTime() / 1000;

function signingConsumer(
  { status, expiresAt, previousSecretExpiresAt, weakSignaturesUntil, ...grant }: ConsumerGrant,
  { secret, previousSecret }: Pick<ConsumerRow, 'secret' | 'previousSecret'>,
): SigningConsumer {
  return {
    ...grant,
    secret,
    previousSecret,
    previousSecretExpiresAtSeconds: seconds(previousSecretExpiresAt),
    weakSignaturesUntilSeconds: seconds(weakSignaturesUntil),
    disabled: status === 'disabled',
    expiresAtSeconds: seconds(expiresAt),
  };
}

const accessToken = (
  { token, subject, scopes, expiresAt }: AccessTokenGrant,
  { secret, revoked }: AccessTokenRow,
): AccessToken => ({
  token,
  secret,
  subject,
  scopes,
  expiresAtSeconds: seconds(expiresAt),
  revoked,
});

interface Wanted {
  readonly consumerKey: string;
  readonly token: string;
}

/** Reads the credentials that verify a signature. Concurrent reads share one statement. */
@Injectable()
export class CredentialsRepository {
  private readonly consumers: Batcher<string, SigningConsumer | undefined>;
  private readonly temporaryCredentials: Batcher<Wanted, TemporaryCredentials | undefined>;
  private readonly accessTokens: Batcher<Wanted, AccessToken | undefined>;

  constructor(
    private readonly statements: Statements,
    private readonly metrics: Metrics,
    private readonly grants: Grants,
    private readonly clock: DatabaseClock,
  ) {
    this.consumers = new Batcher({
      keyOf: (consumerKey) => consumerKey,
      sameKey: 'share',
      send: (consumerKeys) => this.readConsumers(consumerKeys),
      onSent: (size) => metrics.batchSent(FIND_CONSUMERS.name, size),
    });
    this.temporaryCredentials = this.tokens(
      FIND_TEMPORARY_CREDENTIALS,
      (row: TemporaryCredentialsRow, { token }) =>
        Object.assign(row, { token, expiresAtSeconds: row.expiresAtMs / 1000 }),
    );
    this.accessTokens = this.tokens(FIND_ACCESS_TOKENS, (row: AccessTokenRow, wanted) =>
      this.accessTokenOf(row, wanted),
    );
  }

  findConsumer(consumerKey: string): Promise<SigningConsumer | undefined> {
    return this.consumers.run(consumerKey);
  }

  /** Undefined if the token belongs to another consumer. */
  findTemporaryCredentials(
    consumerKey: string,
    token: string,
  ): Promise<TemporaryCredentials | undefined> {
    return this.temporaryCredentials.run({ consumerKey, token });
  }

  /** Undefined if the token belongs to another consumer. */
  findAccessToken(consumerKey: string, token: string): Promise<AccessToken | undefined> {
    return this.accessTokens.run({ consumerKey, token });
  }

  private async readConsumers(
    consumerKeys: readonly string[],
  ): Promise<(SigningConsumer | undefined)[]> {
    const rows = await this.statements.run<ConsumerRow>(FIND_CONSUMERS, [consumerKeys]);
    const found = new Map(
      rows.map((row) => this.consumerOf(row)).map((row) => [row.consumerKey, row] as const),
    );
    return consumerKeys.map((consumerKey) => found.get(consumerKey));
  }

  /**
   * If the row was altered, the consumer has no keys: no signature is valid, and verification takes the usual
   * time.
   */
  private consumerOf(row: ConsumerRow): SigningConsumer {
    const claimed = this.grants.claimed(CONSUMER_GRANT, row);
    // A disabled or expired consumer is refused for that reason, even if its MAC is invalid.
    if (claimed.status === 'disabled') return signingConsumer(claimed, row);
    if (this.isOver(claimed)) return signingConsumer({ ...claimed, expiresAt: LONG_AGO }, row);
    const grant = this.grants.verified(CONSUMER_GRANT, row, {});
    return grant
      ? signingConsumer(grant, row)
      : signingConsumer({ ...claimed, rsaPublicKey: null }, NO_SECRETS);
  }

  /** Undefined, like a missing token, if this service did not write the row. */
  private accessTokenOf(row: AccessTokenRow, asked: Wanted): AccessToken | undefined {
    const claimed = this.grants.claimed(ACCESS_TOKEN_GRANT, row);
    // As with consumers. The MAC of a revoked token cannot be verified: a trigger removes it on revocation.
    if (row.revoked) return accessToken(claimed, row);
    if (this.isOver(claimed)) return accessToken({ ...claimed, expiresAt: LONG_AGO }, row);
    const grant = this.grants.verified(ACCESS_TOKEN_GRANT, row, asked);
    return grant && accessToken(grant, row);
  }

  private isOver({ expiresAt }: { readonly expiresAt: Instant }): boolean {
    return isPast(seconds(expiresAt), this.clock.nowSeconds());
  }

  private tokens<Row, Token>(
    statement: Statement,
    tokenOf: (row: Row, wanted: Wanted) => Token | undefined,
  ): Batcher<Wanted, Token | undefined> {
    return new Batcher({
      keyOf: ({ consumerKey, token }) => JSON.stringify([consumerKey, token]),
      sameKey: 'share',
      send: async (wanted: readonly Wanted[]) => {
        const rows = await this.statements.run<Row & { n: number }>(statement, [
          wanted.map(({ consumerKey }) => consumerKey),
          wanted.map(({ token }) => token),
        ]);
        const found = wanted.map((): Token | undefined => undefined);
        for (const { n, ...row } of rows) {
          const asked = wanted[n - 1];
          if (asked) found[n - 1] = tokenOf(row as unknown as Row, asked);
        }
        return found;
      },
      onSent: (size) => this.metrics.batchSent(statement.name, size),
    });
  }
}
