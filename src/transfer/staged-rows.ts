import { previousConsumerSecret, consumerSecret } from '../tokens/signing-consumer.js';
import { accessTokenSecret } from '../tokens/access-token.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { ImportedConsumer } from './read-line.js';
import type { TokenLine } from './transfer-lines.js';

/** A row of import_consumers or import_tokens as JSON, for jsonb_populate_record. */
export interface StagedRow {
  readonly line: number;
  readonly [column: string]: unknown;
}

/** The consumer as a row, its secrets sealed for the place that they go to. */
export function consumerRow(
  secretBox: SecretBox,
  line: number,
  brought: ImportedConsumer,
): StagedRow {
  const { consumerKey, described, previousSecret } = brought;
  return {
    line,
    consumer_key: consumerKey,
    secret:
      brought.consumerSecret === null
        ? null
        : bytea(secretBox.seal(brought.consumerSecret, consumerSecret(consumerKey))),
    previous_secret:
      previousSecret === null
        ? null
        : bytea(secretBox.seal(previousSecret, previousConsumerSecret(consumerKey))),
    previous_secret_expires_at: brought.previousSecretExpiresAt,
    name: described.name,
    description: described.description,
    callback_urls: described.callbackUrls,
    scopes: described.scopes,
    signature_methods: described.signatureMethods,
    rsa_public_key: described.rsaPublicKey,
    two_legged: described.twoLegged,
    access_token_ttl_seconds: described.accessTokenTtlSeconds,
    website_url: described.websiteUrl,
    legal_notice: described.legalNotice,
    allowed_addresses: described.allowedAddresses,
    expires_at: described.expiresAt,
    labels: described.labels,
    status: described.status,
    weak_signatures_until: brought.weakSignaturesUntil,
    created_at: brought.createdAt,
  };
}

/** The access token as a row, its secret sealed for the place that it goes to. */
export const tokenRow = (secretBox: SecretBox, line: number, brought: TokenLine): StagedRow => ({
  line,
  token: brought.token,
  consumer_key: brought.consumerKey,
  secret: bytea(secretBox.seal(brought.tokenSecret, accessTokenSecret(brought.token))),
  subject: brought.subject,
  scopes: brought.scopes ?? [],
  created_at: brought.createdAt ?? null,
  expires_at: brought.expiresAt ?? null,
  revoked_at: brought.revokedAt ?? null,
});

/** As PostgreSQL reads it from a text. */
const bytea = (octets: Buffer): string => `\\x${octets.toString('hex')}`;
