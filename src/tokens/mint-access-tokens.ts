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

/** Token credentials to be made without the resource owner's visit. */
export interface NewAccessToken {
  readonly subject: string;
  /** All that the consumer is allowed, when undefined. */
  readonly scopes: readonly string[] | undefined;
  /** 0 = until revoked; the consumer's, or the service's, when undefined. */
  readonly ttlSeconds: number | undefined;
  /** Those of an existing one; random when undefined. */
  readonly token: string | undefined;
  readonly tokenSecret: string | undefined;
}

/** What of a consumer decides on a token that staff make. */
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

// The consumers' rows are locked, so that none goes or loses a scope before the token is there, and must
// be those that were read. All replicas lock and insert in one order, so that no two statements wait for
// each other.
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

/** A token as the statement takes it. */
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

/** A token that was made, and its secret in the clear for the only time. */
export interface MintedAccessToken {
  readonly minted: ListedAccessToken;
  readonly tokenSecret: string;
}

/** `changed`: the consumer is not as it was read. */
type Outcome = ListedAccessToken | 'taken' | 'changed';

/** How often a token is tried when its consumer changes under it. */
const ATTEMPTS_MAX = 3;

/** Access tokens that staff make, or bring along, without the dance (RFC 5849 section 2). */
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
      maxInFlight: 1, // each waits for the end of the record
      send: (mintings, since) => this.insert(mintings, since),
      onSent: (size) => metrics.batchSent(INSERT.name, size),
    });
  }

  /**
   * Makes token credentials for a subject, or takes over existing ones. Those that come together share a
   * transaction; one that is refused is no matter to the others.
   *
   * @param answerOf keeps the answer with the token
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

/** A token whose consumer is as it was read; without the rest where the name is taken. */
type Inserted = { readonly due: string } & (ListedAccessToken | { readonly token: null });

/** The event of a token that staff issued; none if it was not issued. */
function tokenIssued(outcome: Outcome): NewEvent[] {
  if (typeof outcome === 'string') return [];
  const { token, consumerKey, subject, scopes, expiresAt } = outcome;
  const data = { consumerKey, token, subject, scopes, expiresAt };
  return [{ type: 'oauth10.token.issued', consumerKey, subject: `token:${token}`, data }];
}

/** As PostgreSQL reads it from JSON. */
const asBytea = (octets: Buffer): string => `\\x${octets.toString('hex')}`;
