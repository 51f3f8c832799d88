/** A row of this kind lets somebody do something. */
export type GrantKind =
  | 'api-key'
  | 'consumer'
  | 'access-token'
  | 'session'
  | 'staff-session'
  | 'signing-key'
  // What an import has staged grants nothing yet, and has no MAC that would fit the row it is to become.
  | 'staged-consumer'
  | 'staged-access-token';

/**
 * What a row grants, and to whom: its key first, then every column that somebody gains by changing.
 * Sealed columns are not among them, since a seal opens in its own place alone (secrets/secret-box.ts).
 */
export type Granted = readonly [id: string, ...rest: readonly GrantedValue[]];

type GrantedValue =
  string | number | boolean | null | readonly string[] | Readonly<Record<string, unknown>>;

/** A moment; null: never. */
export type Instant = Date | null;
/** As a MAC holds a moment. */
export const milliseconds = (instant: Instant): number | null => instant && instant.getTime();

/** The SQL of what `milliseconds` gives: as exact as a Date. */
export const millisecondsOf = (column: string): string =>
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

/** The key itself is sealed for the row of its `kid`, and what its age alone decides is not granted. */
export const grantedToSigningKey = (row: {
  readonly kid: string;
  readonly position: number;
  readonly algorithm: string;
  readonly createdAt: Date;
  readonly signsFrom: Date;
}): Granted => [
  row.kid,
  row.position,
  row.algorithm,
  milliseconds(row.createdAt),
  milliseconds(row.signsFrom),
];

/** The SQL of `grantedToSigningKey` for a row `t`, as JSON. */
export const GRANTED_TO_SIGNING_KEY = `json_build_array(t.kid, t.position, t.algorithm,
  ${millisecondsOf('t.created_at')}, ${millisecondsOf('t.signs_from')})`;

export const grantedToSession = (row: {
  readonly idHash: Buffer;
  readonly subject: string;
}): Granted => [row.idHash.toString('hex'), row.subject];

/** The SQL of `grantedToSession` for a row `t`, as JSON. */
export const GRANTED_TO_SESSION = `json_build_array(encode(t.id_hash, 'hex'), t.subject)`;

export const grantedToStaffSession = (row: {
  readonly idHash: Buffer;
  readonly caller: string;
  readonly roles: readonly string[];
  readonly keyMac: Buffer | null;
}): Granted => [
  row.idHash.toString('hex'),
  row.caller,
  row.roles,
  row.keyMac && row.keyMac.toString('hex'),
];

/** The SQL of `grantedToStaffSession` for a row `t`, as JSON. */
export const GRANTED_TO_STAFF_SESSION = `json_build_array(encode(t.id_hash, 'hex'), t.caller, t.roles,
  encode(t.key_mac, 'hex'))`;
