import { parseDateTime } from '../input/date-time.js';
import { consumerFields } from '../consumers/consumer-fields.js';
import { grantedToConsumer } from '../consumers/consumer-grant.js';
import { ACCESS_TOKEN_GRANT, stagedGrant } from '../grants/granted.js';
import type { Grants } from '../grants/grants.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { ImportedConsumer } from './read-line.js';
import { stagedSecret } from '../grants/staged-secret.js';
import type { TokenLine } from './transfer-lines.js';

/** The keys and the context that make a row unforgeable. */
export interface Sealing {
  readonly secretBox: SecretBox;
  readonly grants: Grants;
  /** The value to which the MACs of the file's rows are bound. */
  readonly context: Buffer;
}

/** A row of import_consumers or import_tokens as JSON, for jsonb_populate_record. */
export interface StagedRow {
  readonly line: number;
  readonly [column: string]: unknown;
}

export function consumerRow(
  { secretBox, grants, context }: Sealing,
  line: number,
  brought: ImportedConsumer,
): StagedRow {
  const { consumerKey, described, previousSecret } = brought;
  const granted = grantedToConsumer({ ...brought, ...described });
  const place = { key: consumerKey, context: context.toString('hex'), line };
  const seal = (secret: string | null, column: 'secret' | 'previous_secret'): string | null =>
    secret === null
      ? null
      : bytea(secretBox.seal(secret, stagedSecret('import_consumers', column, place)));
  const secrets = [brought.consumerSecret !== null, previousSecret !== null] as const;
  return {
    line,
    consumer_key: consumerKey,
    secret: seal(brought.consumerSecret, 'secret'),
    previous_secret: seal(previousSecret, 'previous_secret'),
    previous_secret_expires_at: brought.previousSecretExpiresAt,
    ...Object.fromEntries(consumerFields.map(([name, { column }]) => [column, described[name]])),
    weak_signatures_until: brought.weakSignaturesUntil,
    created_at: brought.createdAt,
    grant_mac: bytea(
      grants.mac('staged-consumer', stagedGrant(context, line, granted, { secrets })),
    ),
  };
}

export function tokenRow(
  { secretBox, grants, context }: Sealing,
  line: number,
  brought: TokenLine,
): StagedRow {
  const { token, consumerKey, subject } = brought;
  const scopes = brought.scopes ?? [];
  // To the millisecond, as in the MAC.
  const expiresAt = (brought.expiresAt && parseDateTime(brought.expiresAt)) || null;
  const revokedAt = (brought.revokedAt && parseDateTime(brought.revokedAt)) || null;
  const granted = ACCESS_TOKEN_GRANT.toGranted({ token, consumerKey, subject, scopes, expiresAt });
  const place = { key: token, context: context.toString('hex'), line };
  return {
    line,
    token,
    consumer_key: consumerKey,
    secret: bytea(
      secretBox.seal(brought.tokenSecret, stagedSecret('import_tokens', 'secret', place)),
    ),
    subject,
    scopes,
    created_at: (brought.createdAt && parseDateTime(brought.createdAt)) || null,
    expires_at: expiresAt,
    revoked_at: revokedAt,
    grant_mac: bytea(
      grants.mac('staged-access-token', stagedGrant(context, line, granted, { revokedAt })),
    ),
  };
}

/** PostgreSQL's text format of bytea. */
const bytea = (octets: Buffer): string => `\\x${octets.toString('hex')}`;
