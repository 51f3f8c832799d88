import { Injectable } from '@nestjs/common';
import { Statements } from '../database/statements.js';
import type { AccessToken } from './access-token.js';
import type { SigningConsumer } from './signing-consumer.js';
import type { TemporaryCredentials } from './temporary-credentials.js';

/** A consumer and a token of its own, each undefined when there is none. */
export interface FoundCredentials<Token> {
  readonly consumer: SigningConsumer | undefined;
  readonly token: Token | undefined;
}

// One round trip brings consumer and token. The token is looked up under the consumer's key, so
// another consumer's token, or one of the wrong kind, is simply not there.
const CONSUMER_COLUMNS = `
  c.consumer_key AS "consumerKey", c.secret AS "consumerSecret",
  c.signature_methods AS "signatureMethods", c.rsa_public_key AS "rsaPublicKey", c.scopes,
  c.callback_urls AS "callbackUrls", c.two_legged AS "twoLegged",
  c.access_token_ttl_seconds AS "accessTokenTtlSeconds",
  c.allowed_addresses AS "allowedAddresses", c.status = 'disabled' AS disabled,
  extract(epoch FROM c.expires_at)::float8 AS "expiresAtSeconds"`;

const FIND_CONSUMER = {
  name: 'find-consumer',
  text: `SELECT ${CONSUMER_COLUMNS} FROM consumers c WHERE c.consumer_key = $1`,
};

const FIND_WITH_TEMPORARY_CREDENTIALS = {
  name: 'find-consumer-and-temporary-credentials',
  text: `
    SELECT ${CONSUMER_COLUMNS}, t.token, t.secret AS "tokenSecret", t.used_at IS NOT NULL AS used,
      t.failed_verifiers AS "failedVerifiers",
      extract(epoch FROM t.expires_at)::float8 AS "tokenExpiresAtSeconds"
    FROM consumers c
    LEFT JOIN temporary_credentials t ON t.token = $2 AND t.consumer_key = c.consumer_key
    WHERE c.consumer_key = $1`,
};

const FIND_WITH_ACCESS_TOKEN = {
  name: 'find-consumer-and-access-token',
  text: `
    SELECT ${CONSUMER_COLUMNS}, t.token, t.secret AS "tokenSecret", t.subject,
      t.scopes AS "tokenScopes", t.revoked_at IS NOT NULL AS revoked,
      extract(epoch FROM t.expires_at)::float8 AS "tokenExpiresAtSeconds"
    FROM consumers c
    LEFT JOIN access_tokens t ON t.token = $2 AND t.consumer_key = c.consumer_key
    WHERE c.consumer_key = $1`,
};

type ConsumerRow = Omit<SigningConsumer, 'secret'> & { consumerSecret: Buffer | null };

interface TokenColumns {
  token: string | null;
  tokenSecret: Buffer;
}

type TemporaryRow = ConsumerRow &
  TokenColumns & { used: boolean; failedVerifiers: number; tokenExpiresAtSeconds: number };

type AccessRow = ConsumerRow &
  TokenColumns & {
    subject: string;
    tokenScopes: string[];
    revoked: boolean;
    tokenExpiresAtSeconds: number | null;
  };

/** Finds what a signature is checked against, in one read. */
@Injectable()
export class CredentialsRepository {
  constructor(private readonly statements: Statements) {}

  /** The consumer alone: for initiate, and for two-legged requests. */
  async findConsumer(consumerKey: string): Promise<FoundCredentials<never>> {
    const [row] = await this.statements.run<ConsumerRow>(FIND_CONSUMER, [consumerKey]);
    return { consumer: row && signingConsumer(row), token: undefined };
  }

  /** The consumer and its temporary credentials. */
  async findTemporaryCredentials(
    consumerKey: string,
    token: string,
  ): Promise<FoundCredentials<TemporaryCredentials>> {
    const [row] = await this.statements.run<TemporaryRow>(FIND_WITH_TEMPORARY_CREDENTIALS, [
      consumerKey,
      token,
    ]);
    if (!row) return { consumer: undefined, token: undefined };
    const found = row.token !== null && {
      token: row.token,
      secret: row.tokenSecret,
      used: row.used,
      failedVerifiers: row.failedVerifiers,
      expiresAtSeconds: row.tokenExpiresAtSeconds,
    };
    return { consumer: signingConsumer(row), token: found || undefined };
  }

  /** The consumer and its access token. */
  async findAccessToken(
    consumerKey: string,
    token: string,
  ): Promise<FoundCredentials<AccessToken>> {
    const [row] = await this.statements.run<AccessRow>(FIND_WITH_ACCESS_TOKEN, [
      consumerKey,
      token,
    ]);
    if (!row) return { consumer: undefined, token: undefined };
    const found = row.token !== null && {
      token: row.token,
      secret: row.tokenSecret,
      subject: row.subject,
      scopes: row.tokenScopes,
      revoked: row.revoked,
      expiresAtSeconds: row.tokenExpiresAtSeconds,
    };
    return { consumer: signingConsumer(row), token: found || undefined };
  }
}

const signingConsumer = (row: ConsumerRow): SigningConsumer => ({
  consumerKey: row.consumerKey,
  secret: row.consumerSecret,
  signatureMethods: row.signatureMethods,
  rsaPublicKey: row.rsaPublicKey,
  scopes: row.scopes,
  callbackUrls: row.callbackUrls,
  twoLegged: row.twoLegged,
  accessTokenTtlSeconds: row.accessTokenTtlSeconds,
  allowedAddresses: row.allowedAddresses,
  disabled: row.disabled,
  expiresAtSeconds: row.expiresAtSeconds,
});
