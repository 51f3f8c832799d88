import { Injectable } from '@nestjs/common';
import { CONSUMER_GETS_NOTHING, GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import { grantingFields, selectedAs } from '../consumers/consumer-fields.js';
import { Batcher } from '../database/batcher.js';
import { Statements, type Statement } from '../database/statements.js';
import {
  ACCESS_TOKEN_GETS_NOTHING,
  GRANTED_TO_ACCESS_TOKEN,
  millisecondsOf,
  type GrantKind,
} from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { Metrics } from '../metrics/metrics.js';
import type { AccessToken } from './access-token.js';
import type { SigningConsumer } from './signing-consumer.js';
import type { TemporaryCredentials } from './temporary-credentials.js';

// Status and expiry are read in the form that a verdict needs.
const TAKEN_AS_THEY_ARE = grantingFields.filter(
  ([name]) => name !== 'status' && name !== 'expiresAt',
);

/**
 * Seconds since 1970. What has expired by the database's clock is not held to its MAC, so that it must
 * have expired by every clock of a process: it expired in 1970.
 */
const EXPIRY = (row: string): string => `
      CASE WHEN ${row}.expires_at <= now() THEN 0 ELSE extract(epoch FROM ${row}.expires_at) END::float8`;

const FIND_CONSUMERS = {
  name: 'find-consumers',
  text: `
    SELECT consumer_key AS "consumerKey", secret, ${selectedAs(TAKEN_AS_THEY_ARE)},
      status = 'disabled' AS disabled,
      ${EXPIRY('c')} AS "expiresAtSeconds",
      previous_secret AS "previousSecret",
      extract(epoch FROM previous_secret_expires_at)::float8 AS "previousSecretExpiresAtSeconds",
      extract(epoch FROM weak_signatures_until)::float8 AS "weakSignaturesUntilSeconds",
      ${GRANTED_TO_CONSUMER('c')} AS granted, grant_mac AS "grantMac",
      ${CONSUMER_GETS_NOTHING('c')} AS "getsNothing"
    FROM consumers c WHERE consumer_key = ANY ($1::text[])`,
};

// A token is looked up under the consumer's key, so another consumer's token, or one of the wrong
// kind, is simply not there.
const WANTED = `unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (consumer_key, token, n)`;

const FIND_TEMPORARY_CREDENTIALS = {
  name: 'find-temporary-credentials',
  text: `
    SELECT n::int, t.token, t.secret, t.used_at IS NOT NULL AS used,
      t.decision IS NOT DISTINCT FROM 'denied' AS denied, t.failed_verifiers AS "failedVerifiers",
      t.subject, t.granted_scopes AS "grantedScopes", t.verifier_hash AS "verifierHash",
      extract(epoch FROM t.expires_at)::float8 AS "expiresAtSeconds",
      ${millisecondsOf('t.expires_at')}::float8 AS "expiresAtMs"
    FROM ${WANTED} JOIN temporary_credentials t USING (token, consumer_key)`,
};

const FIND_ACCESS_TOKENS = {
  name: 'find-access-tokens',
  text: `
    SELECT n::int, t.token, t.secret, t.subject, t.scopes, t.revoked_at IS NOT NULL AS revoked,
      ${EXPIRY('t')} AS "expiresAtSeconds",
      ${GRANTED_TO_ACCESS_TOKEN} AS granted, t.grant_mac AS "grantMac",
      ${ACCESS_TOKEN_GETS_NOTHING} AS "getsNothing"
    FROM ${WANTED} JOIN access_tokens t USING (token, consumer_key)`,
};

/** Replaces a consumer whose row was altered: no signature is valid for it, at the usual cost. */
const withoutKeys = (consumer: SigningConsumer): SigningConsumer => ({
  ...consumer,
  secret: null,
  previousSecret: null,
  rsaPublicKey: null,
});

/** A row that grants something, with its proof. */
type Guarded<Row> = Row & GrantRow & { readonly getsNothing: boolean };

interface Wanted {
  readonly consumerKey: string;
  readonly token: string;
}

/** Reads what a signature is checked against; requests that come together share the round trip. */
@Injectable()
export class CredentialsRepository {
  private readonly consumers: Batcher<string, SigningConsumer | undefined>;
  private readonly temporaryCredentials: Batcher<Wanted, TemporaryCredentials | undefined>;
  private readonly accessTokens: Batcher<Wanted, AccessToken | undefined>;

  constructor(
    private readonly statements: Statements,
    private readonly metrics: Metrics,
    private readonly grants: Grants,
  ) {
    this.consumers = new Batcher({
      keyOf: (consumerKey) => consumerKey,
      sameKey: 'share',
      send: (consumerKeys) => this.readConsumers(consumerKeys),
      onSent: (size) => metrics.batchSent(FIND_CONSUMERS.name, size),
    });
    this.temporaryCredentials = this.tokens(
      FIND_TEMPORARY_CREDENTIALS,
      (row: TemporaryCredentials) => row,
    );
    this.accessTokens = this.tokens(FIND_ACCESS_TOKENS, (row: Guarded<AccessToken>) =>
      this.genuine('access-token', row),
    );
  }

  findConsumer(consumerKey: string): Promise<SigningConsumer | undefined> {
    return this.consumers.run(consumerKey);
  }

  /** The consumer's own; undefined for another's. */
  findTemporaryCredentials(
    consumerKey: string,
    token: string,
  ): Promise<TemporaryCredentials | undefined> {
    return this.temporaryCredentials.run({ consumerKey, token });
  }

  /** The consumer's own; undefined for another's. */
  findAccessToken(consumerKey: string, token: string): Promise<AccessToken | undefined> {
    return this.accessTokens.run({ consumerKey, token });
  }

  private async readConsumers(
    consumerKeys: readonly string[],
  ): Promise<(SigningConsumer | undefined)[]> {
    const rows = await this.statements.run<Guarded<SigningConsumer>>(FIND_CONSUMERS, [
      consumerKeys,
    ]);
    const found = new Map(
      rows.map((row) => [row.consumerKey, this.genuine('consumer', row) ?? withoutKeys(row)]),
    );
    return consumerKeys.map((consumerKey) => found.get(consumerKey));
  }

  /** The row without its proof; undefined, as if it were not there, for one that nobody here wrote. */
  private genuine<Row extends object>(kind: GrantKind, row: Guarded<Row>): Row | undefined {
    const { granted, grantMac, getsNothing, ...rest } = row;
    // What gets nothing is refused for that, in words.
    if (!getsNothing && !this.grants.hold(kind, { granted, grantMac })) return undefined;
    return rest as unknown as Row;
  }

  private tokens<Row, Token>(
    statement: Statement,
    tokenOf: (row: Row) => Token | undefined,
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
        for (const row of rows) found[row.n - 1] = tokenOf(row);
        return found;
      },
      onSent: (size) => this.metrics.batchSent(statement.name, size),
    });
  }
}
