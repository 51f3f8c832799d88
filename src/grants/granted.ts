/** A row of this kind lets somebody do something. */
export type GrantKind = 'api-key' | 'consumer' | 'access-token' | 'session';

/**
 * What a row grants, and to whom: its key first, then every column that somebody gains by changing.
 * Sealed columns are not among them, since a seal opens in its own place alone (secrets/secret-box.ts).
 */
export type Granted = readonly (string | number | boolean | null | readonly string[])[];

type Instant = Date | null;
const milliseconds = (instant: Instant): number | null => instant && instant.getTime();

/** The SQL of what `milliseconds` gives: as exact as a Date. */
const millisecondsOf = (column: string): string =>
  `round(extract(epoch FROM ${column}) * 1000)::bigint`;

export const grantedToApiKey = (row: {
  readonly id: string;
  readonly role: string;
  readonly hash: Buffer;
  readonly expiresAt: Instant;
}): Granted => [row.id, row.role, row.hash.toString('hex'), milliseconds(row.expiresAt)];

/** The SQL of `grantedToApiKey` for a row `t`, as JSON. */
export const GRANTED_TO_API_KEY = `json_build_array(t.id, t.role, encode(t.hash, 'hex'),
  ${millisecondsOf('t.expires_at')})`;

/** What of a consumer is granted by staff. */
export interface ConsumerGrant {
  readonly consumerKey: string;
  readonly signatureMethods: readonly string[];
  readonly rsaPublicKey: string | null;
  readonly callbackUrls: readonly string[];
  readonly scopes: readonly string[];
  readonly twoLegged: boolean;
  readonly accessTokenTtlSeconds: number | null;
  readonly allowedAddresses: readonly string[];
  readonly status: string;
  readonly expiresAt: Instant;
  readonly previousSecretExpiresAt: Instant;
  readonly weakSignaturesUntil: Instant;
}

export const grantedToConsumer = (row: ConsumerGrant): Granted => [
  row.consumerKey,
  row.signatureMethods,
  row.rsaPublicKey,
  row.callbackUrls,
  row.scopes,
  row.twoLegged,
  row.accessTokenTtlSeconds,
  row.allowedAddresses,
  row.status,
  milliseconds(row.expiresAt),
  milliseconds(row.previousSecretExpiresAt),
  milliseconds(row.weakSignaturesUntil),
];

/** The SQL of `grantedToConsumer` for a row of this alias, as JSON. */
export const GRANTED_TO_CONSUMER = (c: string): string => `json_build_array(${c}.consumer_key,
  ${c}.signature_methods, ${c}.rsa_public_key, ${c}.callback_urls, ${c}.scopes, ${c}.two_legged,
  ${c}.access_token_ttl_seconds, ${c}.allowed_addresses, ${c}.status,
  ${millisecondsOf(`${c}.expires_at`)}, ${millisecondsOf(`${c}.previous_secret_expires_at`)},
  ${millisecondsOf(`${c}.weak_signatures_until`)})`;

/** What a consumer is granted, when nothing but this date of it changes. */
export const grantedWithWeakSignaturesUntil = (granted: Granted, until: Instant): Granted => [
  ...granted.slice(0, -1),
  milliseconds(until),
];

/** A consumer that is disabled or expired gets nothing, whatever else its row says. */
export const CONSUMER_GETS_NOTHING = (c: string): string =>
  `(${c}.status = 'disabled' OR coalesce(${c}.expires_at <= now(), false))`;

export const grantedToAccessToken = (row: {
  readonly token: string;
  readonly consumerKey: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Instant;
}): Granted => [row.token, row.consumerKey, row.subject, row.scopes, milliseconds(row.expiresAt)];

/** The SQL of `grantedToAccessToken` for a row `t`, as JSON. */
export const GRANTED_TO_ACCESS_TOKEN = `json_build_array(t.token, t.consumer_key, t.subject, t.scopes,
  ${millisecondsOf('t.expires_at')})`;

/** A token that is revoked or expired gets nothing; a revocation takes its MAC along (migration 0012). */
export const ACCESS_TOKEN_GETS_NOTHING = `(t.revoked_at IS NOT NULL
  OR coalesce(t.expires_at <= now(), false))`;

export const grantedToSession = (row: {
  readonly idHash: Buffer;
  readonly subject: string;
}): Granted => [row.idHash.toString('hex'), row.subject];

/** The SQL of `grantedToSession` for a row `t`, as JSON. */
export const GRANTED_TO_SESSION = `json_build_array(encode(t.id_hash, 'hex'), t.subject)`;
