import { previousConsumerSecret, consumerSecret } from '../consumers/sealed-secrets.js';
import { accessTokenSecret } from '../tokens/access-token.js';
import { parseDateTime } from '../input/date-time.js';
import { consumerFields } from '../consumers/consumer-fields.js';
import { grantedToConsumer } from '../consumers/consumer-grant.js';
import { ACCESS_TOKEN_GRANT, stagedGrant } from '../grants/granted.js';
import type { Grants } from '../grants/grants.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { ImportedConsumer } from './read-line.js';
import type { TokenLine } from './transfer-lines.js';

/** What makes a row that nobody else can make. */
export interface Sealing {
  readonly secretBox: SecretBox;
  readonly grants: Grants;
  /** What the MACs of the file's rows are bound to. */
  readonly context: Buffer;
}

/** A row of import_consumers or import_tokens as JSON, for jsonb_populate_record. */
export interface StagedRow {
  readonly line: number;
  readonly [column: string]: unknown;
}

/** The consumer as a row, its secrets sealed for the place that they go to. */
export function consumerRow(
  { secretBox, grants, context }: Sealing,
  line: number,
  brought: ImportedConsumer,
): StagedRow {
  const { consumerKey, described, previousSecret } = brought;
  const granted = grantedToConsumer({ ...brought, ...described });
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
    ...Object.fromEntries(consumerFields.map(([name, { column }]) => [column, described[name]])),
    weak_signatures_until: brought.weakSignaturesUntil,
    created_at: brought.createdAt,
    grant_mac: bytea(grants.mac('staged-consumer', stagedGrant(context, line, granted))),
  };
}

/** The access token as a row, its secret sealed for the place that it goes to. */
export function tokenRow(
  { secretBox, grants, context }: Sealing,
  line: number,
  brought: TokenLine,
): StagedRow {
  const { token, consumerKey, subject } = brought;
  const scopes = brought.scopes ?? [];
  // To the millisecond, as the MAC has it.
  const expiresAt = (brought.expiresAt && parseDateTime(brought.expiresAt)) || null;
  const granted = ACCESS_TOKEN_GRANT.toGranted({ token, consumerKey, subject, scopes, expiresAt });
  const isRevoked = typeof brought.revokedAt === 'string';
  return {
    line,
    token,
    consumer_key: consumerKey,
    secret: bytea(secretBox.seal(brought.tokenSecret, accessTokenSecret(token))),
    subject,
    scopes,
    created_at: brought.createdAt ?? null,
    expires_at: expiresAt,
    revoked_at: brought.revokedAt ?? null,
    grant_mac: isRevoked
      ? null
      : bytea(grants.mac('staged-access-token', stagedGrant(context, line, granted))),
  };
}

/** As PostgreSQL reads it from a text. */
const bytea = (octets: Buffer): string => `\\x${octets.toString('hex')}`;
