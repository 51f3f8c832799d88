import { Injectable } from '@nestjs/common';
import type { AuditActor, NewAuditEvent } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Settings } from '../config/settings.js';
import { CONSUMER_GRANT, GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import { Batcher } from '../database/batcher.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Statements } from '../database/statements.js';
import type { NewEvent } from '../events/event.js';
import { Outbox } from '../events/outbox.js';
import { StoreUnavailable } from '../failures/store-unavailable.js';
import { ACCESS_TOKEN_GRANT } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { keepAnswers, type AnswerOf } from '../idempotency/kept-answers.js';
import { Metrics } from '../metrics/metrics.js';
import { newSecret, newToken } from '../secrets/random-values.js';
import { SecretBox } from '../secrets/secret-box.js';
import { accessTokenSecret, expiryAfter } from './access-token.js';
import { AccessTokenRefused } from './access-token-refusals.js';
import { FOUND_TOKEN, type ListedAccessToken } from './listed-access-tokens.js';

/** Token credentials to create without the resource owner's authorization. */
export interface NewAccessToken {
  readonly subject: string;
  /** If undefined, all scopes of the consumer. */
  readonly scopes: readonly string[] | undefined;
  /** 0 = until revoked; if undefined, the setting of the consumer, or else of the service. */
  readonly ttlSeconds: number | undefined;
  /** The values of an existing token; random if undefined. */
  readonly token: string | undefined;
  readonly tokenSecret: string | undefined;
}

/** The properties of a consumer that matter for a token that staff create. */
interface MintingConsumer {
  readonly consumerKey: string;
  readonly scopes: readonly string[];
  readonly accessTokenTtlSeconds: number | null;
  readonly grantMac: Buffer | null;
}

const CONSUMERS = {
  name: 'consumers-of-new-access-tokens',
  text: `
    SELECT ${GRANTED_TO_CONSUMER('c')} AS granted, grant_mac AS "grantMac"
    FROM consumers c WHERE consumer_key = ANY ($1::text[])`,
};

// The statement locks the consumers' rows, so that no consumer is deleted or loses a scope before the token is
// inserted, and requires that they are unchanged since they were read. All replicas lock and insert in the same
// order, which prevents deadlocks.
const INSERT = {
  name: 'insert-access-tokens',
  text: `
    WITH new AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS new (token text, consumer_key text, secret bytea,
        subject text, scopes text[], expires_at timestamptz, grant_mac bytea, consumer_mac bytea)
    ), held AS (
      SELECT consumer_key, scopes, grant_mac FROM consumers
      WHERE consumer_key = ANY ($2::text[]) ORDER BY consumer_key FOR SHARE
    ), due AS (
      SELECT new.* FROM new JOIN held USING (consumer_key)
      WHERE new.scopes <@ held.scopes AND held.grant_mac IS NOT DISTINCT FROM new.consumer_mac
    ), made AS (
      INSERT INTO access_tokens AS t (token, consumer_key, secret, subject, scopes, expires_at, grant_mac)
      SELECT token, consumer_key, secret, subject, scopes, expires_at, grant_mac FROM due ORDER BY token
      ON CONFLICT (token) DO NOTHING
      RETURNING ${FOUND_TOKEN}
    )
    SELECT due.token AS due, made.* FROM due LEFT JOIN made ON made.token = due.token`,
};

/** A token to insert: the parameters of the statement. */
interface Minting {
  readonly token: string;
  readonly consumerKey: string;
  readonly sealedSecret: Buffer;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly grantMac: Buffer;
  readonly consumerMac: Buffer | null;
  readonly event: NewAuditEvent;
  readonly answerOf: AnswerOf<ListedAccessToken>;
}

/** A created token, with its secret in plaintext. The secret is shown only this once. */
export interface MintedAccessToken {
  readonly minted: ListedAccessToken;
  readonly tokenSecret: string;
}

/** `changed`: the consumer has changed since it was read. */
type Outcome = ListedAccessToken | 'taken' | 'changed';

/** How often a token is tried if its consumer changes in the meantime. */
const ATTEMPTS_MAX = 3;

/**
 * Creates access tokens for staff, new ones or existing ones, without the authorization by an owner (RFC 5849
 * section 2).
 */
@Injectable()
export class MintAccessTokens {
  private readonly consumers: Batcher<string, MintingConsumer | undefined>;
  private readonly mintings: Batcher<Minting, Outcome>;

  constructor(
    private readonly statements: Statements,
    private readonly secretBox: SecretBox,
    private readonly settings: Settings,
    private readonly audit: AuditTrail,
    private readonly clock: DatabaseClock,
    private readonly grants: Grants,
    private readonly outbox: Outbox,
    metrics: Metrics,
  ) {
    this.consumers = new Batcher({
      keyOf: (consumerKey) => consumerKey,
      sameKey: 'share',
      send: (consumerKeys) => this.readConsumers(consumerKeys),
      onSent: (size) => metrics.batchSent(CONSUMERS.name, size),
    });
    this.mintings = new Batcher({
      keyOf: ({ token }) => token,
      sameKey: 'wait',
      maxInFlight: 1, // each transaction locks the head of the audit trail
      send: (mintings, since) => this.insert(mintings, since),
      onSent: (size) => metrics.batchSent(INSERT.name, size),
    });
  }

  /**
   * Creates token credentials for a subject, or takes over existing ones. Concurrent calls share a transaction;
   * a refused one does not affect the others.
   *
   * @param answerOf makes the reply that is stored in the same transaction
   * @throws AccessTokenRefused consumer_unknown, scopes_exceeded, taken
   */
  async mint(
    consumerKey: string,
    given: NewAccessToken,
    actor: AuditActor,
    answerOf?: AnswerOf<MintedAccessToken>,
  ): Promise<MintedAccessToken> {
    const token = given.token ?? newToken();
    const tokenSecret = given.tokenSecret ?? newSecret();
    const sealedSecret = this.secretBox.seal(tokenSecret, accessTokenSecret(token));
    const { subject } = given;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const consumer = await this.consumers.run(consumerKey);
      if (!consumer) throw new AccessTokenRefused('consumer_unknown');
      const scopes = given.scopes ?? consumer.scopes;
      const exceeding = scopes.findIndex((scope) => !consumer.scopes.includes(scope));
      if (exceeding >= 0) throw new AccessTokenRefused('scopes_exceeded', exceeding);
      const ttlSeconds =
        given.ttlSeconds ?? consumer.accessTokenTtlSeconds ?? this.settings.accessTokenTtlSeconds;
      const expiresAt = expiryAfter(ttlSeconds, this.clock);
      const granted = ACCESS_TOKEN_GRANT.toGranted({
        token,
        consumerKey,
        subject,
        scopes,
        expiresAt,
      });
      const outcome = await this.mintings.run({
        token,
        consumerKey,
        sealedSecret,
        subject,
        scopes,
        expiresAt,
        grantMac: this.grants.mac('access-token', granted),
        consumerMac: consumer.grantMac,
        answerOf: answerOf && ((minted) => answerOf({ minted, tokenSecret })),
        event: {
          actor,
          action: 'token.mint',
          target: `token:${token}`,
          detail: {
            consumerKey,
            subject,
            scopes: [...scopes],
            expiresAt: expiresAt?.toISOString() ?? null,
          },
        },
      });
      if (outcome === 'taken') throw new AccessTokenRefused('taken');
      if (outcome !== 'changed') return { minted: outcome, tokenSecret };
    }
    throw new StoreUnavailable(
      new Error('A consumer changed with every attempt to make a token of it'),
    );
  }

  private async readConsumers(
    consumerKeys: readonly string[],
  ): Promise<(MintingConsumer | undefined)[]> {
    const possible = consumerKeys.filter((consumerKey) => !consumerKey.includes('\0'));
    const rows = await this.statements.run<GrantRow>(CONSUMERS, [possible]);
    const found = new Map<string, MintingConsumer>();
    for (const row of rows) {
      const grant = this.grants.verified(CONSUMER_GRANT, row, {});
      if (grant) found.set(grant.consumerKey, { ...grant, grantMac: row.grantMac });
    }
    return consumerKeys.map((consumerKey) => found.get(consumerKey));
  }

  private insert(mintings: readonly Minting[], since: number): Promise<Outcome[]> {
    const rows = mintings.map((one) => ({
      token: one.token,
      consumer_key: one.consumerKey,
      secret: asBytea(one.sealedSecret),
      subject: one.subject,
      scopes: one.scopes,
      expires_at: one.expiresAt,
      grant_mac: asBytea(one.grantMac),
      consumer_mac: one.consumerMac && asBytea(one.consumerMac),
    }));
    return this.audit.recordAll(
      (outcomes: Outcome[]) =>
        mintings.filter((_, n) => typeof outcomes[n] === 'object').map(({ event }) => event),
      async (transaction) => {
        const done = await transaction.run<Inserted>(INSERT, [
          JSON.stringify(rows),
          [...new Set(mintings.map(({ consumerKey }) => consumerKey))],
        ]);
        const outcomes = new Map<string, Outcome>(
          done.map(({ due, ...made }) => [due, made.token === null ? 'taken' : (made as Outcome)]),
        );
        await this.outbox.add(transaction, [...outcomes.values()].flatMap(tokenIssued));
        const all = mintings.map(({ token }) => outcomes.get(token) ?? 'changed');
        await keepAnswers(
          transaction,
          mintings.map(({ answerOf }, n) => {
            const outcome = all[n];
            return typeof outcome === 'object' ? answerOf?.(outcome) : undefined;
          }),
        );
        return all;
      },
      since,
    );
  }
}

/** `due`: a token whose consumer is unchanged. The other columns are null if the token exists already. */
type Inserted = { readonly due: string } & (ListedAccessToken | { readonly token: null });

/** The event of a token that staff issued; none if it was not issued. */
function tokenIssued(outcome: Outcome): NewEvent[] {
  if (typeof outcome === 'string') return [];
  const { token, consumerKey, subject, scopes, expiresAt } = outcome;
  const data = { consumerKey, token, subject, scopes, expiresAt };
  return [{ type: 'oauth10.token.issued', consumerKey, subject: `token:${token}`, data }];
}

/** The text form of bytea, which PostgreSQL parses from JSON. */
const asBytea = (octets: Buffer): string => `\\x${octets.toString('hex')}`;
