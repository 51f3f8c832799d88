/** The kinds of rows that grant something. */
export type GrantKind =
  | 'api-key'
  | 'consumer'
  | 'access-token'
  | 'session'
  | 'staff-session'
  | 'signing-key'
  // A staged row of an import grants nothing yet. Its MAC does not fit the row that it will become.
  | 'staged-consumer'
  | 'staged-access-token';

/**
 * What a row grants, and to whom, in the form that its MAC covers: its key first, then every column whose change
 * could grant more. Sealed columns are not included, because a sealed value opens only in its own place
 * (secrets/secret-box.ts).
 */
export type Granted = readonly [id: string, ...rest: readonly GrantedValue[]];

type GrantedValue =
  string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

/** A point in time; null: never. */
export type Instant = Date | null;
/** The form in which a MAC covers a point in time. */
export const milliseconds = (instant: Instant): number | null => instant && instant.getTime();
/** The point in time of that form. */
export const instantOf = (held: unknown): Instant =>
  held === null ? null : new Date(held as number);

/** SQL for the value of `milliseconds`, with the precision of a Date. */
export const millisecondsOf = (column: string): string =>
  `round(extract(epoch FROM ${column}) * 1000)::bigint`;

/** Converts what a kind of row grants to the form that its MAC covers, and back. */
export interface GrantForm<Grant> {
  readonly kind: GrantKind;
  toGranted(grant: Grant): Granted;
  fromGranted(granted: Granted): Grant;
}

/** One value of a row `t`: the SQL that converts it to JSON, and the conversions to and from JSON in this process. */
interface GrantField<Value> {
  readonly sql: string;
  readonly hold: (value: Value) => unknown;
  readonly read: (held: unknown) => Value;
}

const asItIs = <Value>(column: string): GrantField<Value> => ({
  sql: `t.${column}`,
  hold: (value) => value,
  read: (held) => held as Value,
});

const instant = <Value extends Instant>(column: string): GrantField<Value> => ({
  sql: millisecondsOf(`t.${column}`),
  hold: milliseconds,
  read: (held) => instantOf(held) as Value,
});

const octets = <Value extends Buffer | null>(column: string): GrantField<Value> => ({
  sql: `encode(t.${column}, 'hex')`,
  hold: (value) => value && value.toString('hex'),
  read: (held) => (held === null ? null : Buffer.from(held as string, 'hex')) as Value,
});

/** @param fields in the order in which the MAC covers them */
function formOf<Grant>(
  kind: GrantKind,
  fields: { readonly [Name in keyof Grant]: GrantField<Grant[Name]> },
): GrantForm<Grant> & { readonly sql: string } {
  const names = Object.keys(fields) as (keyof Grant)[];
  return {
    kind,
    sql: `json_build_array(${names.map((name) => fields[name].sql).join(', ')})`,
    toGranted: (grant) => names.map((name) => fields[name].hold(grant[name])) as unknown as Granted,
    fromGranted: (granted) =>
      Object.fromEntries(names.map((name, n) => [name, fields[name].read(granted[n])])) as Grant,
  };
}

export const API_KEY_GRANT = formOf<{
  readonly id: string;
  readonly role: string;
  readonly hash: Buffer;
  readonly expiresAt: Instant;
}>('api-key', {
  id: asItIs('id'),
  role: asItIs('role'),
  hash: octets('hash'),
  expiresAt: instant('expires_at'),
});

/** A revoked token grants nothing: a revocation deletes the MAC (migration 0012). */
export interface AccessTokenGrant {
  readonly token: string;
  readonly consumerKey: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Instant;
}

export const ACCESS_TOKEN_GRANT = formOf<AccessTokenGrant>('access-token', {
  token: asItIs('token'),
  consumerKey: asItIs('consumer_key'),
  subject: asItIs('subject'),
  scopes: asItIs('scopes'),
  expiresAt: instant('expires_at'),
});

/**
 * The key itself is not included, because it is sealed for the row of its `kid`. Facts that depend only on its age
 * are not included either.
 */
export const SIGNING_KEY_GRANT = formOf<{
  readonly kid: string;
  readonly position: number;
  readonly algorithm: string;
  readonly createdAt: Date;
  readonly signsFrom: Date;
}>('signing-key', {
  kid: asItIs('kid'),
  position: asItIs('position'),
  algorithm: asItIs('algorithm'),
  createdAt: instant('created_at'),
  signsFrom: instant('signs_from'),
});

export const SESSION_GRANT = formOf<{ readonly idHash: Buffer; readonly subject: string }>(
  'session',
  { idHash: octets('id_hash'), subject: asItIs('subject') },
);

export const STAFF_SESSION_GRANT = formOf<{
  readonly idHash: Buffer;
  readonly caller: string;
  readonly roles: readonly string[];
  /** The MAC of ADMIN_API_KEY, if the session began with that key. */
  readonly keyMac: Buffer | null;
}>('staff-session', {
  idHash: octets('id_hash'),
  caller: asItIs('caller'),
  roles: asItIs('roles'),
  keyMac: octets('key_mac'),
});

/** What the MAC of a staged row covers besides what the row will grant. */
interface StagedFacts {
  /** Of a token; null: not revoked. */
  readonly revokedAt?: Instant;
  /** Whether a consumer has a secret, and a previous one: a seal that was removed proves nothing by itself. */
  readonly secrets?: readonly [secret: boolean, previousSecret: boolean];
}

/**
 * What the MAC of a staged row covers: its file, its line, what it will grant, when that was revoked, and which
 * secrets it has. So a row is valid in no other import and on no other line.
 *
 * @param context of the file (imports.mac_context)
 */
export const stagedGrant = (
  context: Buffer,
  line: number,
  granted: Granted,
  { revokedAt = null, secrets }: StagedFacts,
): Granted => [
  granted[0],
  context.toString('hex'),
  line,
  granted,
  milliseconds(revokedAt),
  secrets ?? null,
];

/** SQL for the context of the file of a staged row `t`. */
export const CONTEXT_OF_STAGED = `(SELECT encode(i.mac_context, 'hex') FROM imports i WHERE i.id = t.import_id)`;

/**
 * The SQL of `stagedGrant` for a row `t`, as JSON.
 *
 * @param granted the SQL of what the row will grant
 * @param revokedAt the SQL of the time of the revocation, in milliseconds
 * @param secrets the SQL of which secrets it has
 */
const STAGED_GRANT = (key: string, granted: string, revokedAt: string, secrets: string): string =>
  `json_build_array(t.${key}, ${CONTEXT_OF_STAGED}, t.line, ${granted}, ${revokedAt}, ${secrets})`;

/** @param granted the SQL of what the consumer is granted */
export const STAGED_CONSUMER_GRANT = (granted: string): string =>
  STAGED_GRANT(
    'consumer_key',
    granted,
    'NULL::bigint',
    'json_build_array(t.secret IS NOT NULL, t.previous_secret IS NOT NULL)',
  );

export const STAGED_TOKEN_GRANT = STAGED_GRANT(
  'token',
  ACCESS_TOKEN_GRANT.sql,
  millisecondsOf('t.revoked_at'),
  'NULL::json',
);
