import { hash } from 'node:crypto';

/**
 * Identifies a request, so that it succeeds only once: RFC 5849 section 3.3 requires the nonce to be unique for its
 * timestamp, client and token. Timestamp and digest are null for a PLAINTEXT request without timestamp and nonce,
 * which that section allows; such a request is not stored.
 */
export interface NonceClaim {
  readonly consumerKey: string;
  readonly timestamp: number | null;
  /** SHA-256 of token and nonce, so that a nonce of any length costs the same. */
  readonly digest: Buffer | null;
}

/**
 * The claim of a verified request. It hashes the decoded values, so a replay that encodes or places its parameters
 * differently has the same claim. NUL separates token and nonce; no protocol parameter contains NUL.
 */
export function nonceClaim(request: {
  consumerKey: string;
  token?: string | undefined;
  timestamp?: number | undefined;
  nonce?: string | undefined;
}): NonceClaim {
  const { consumerKey, token = '', timestamp, nonce } = request;
  if (timestamp === undefined || nonce === undefined) {
    return { consumerKey, timestamp: null, digest: null };
  }
  const digest = hash('sha256', `${token}\0${nonce}`, 'buffer');
  return { consumerKey, timestamp, digest };
}

/** The timeline to which PostgreSQL writes. It changes with each promotion and each restore. */
export const TIMELINE = 'substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)';

/**
 * Claims with timestamps before the horizon may be lost, so it is unknown whether such a nonce is new. On a
 * timeline that was not adopted yet (nonce-timeline.ts), the statement fails with an error code that means
 * StoreUnavailable.
 */
const HORIZON = `(SELECT CASE WHEN timeline = ${TIMELINE} THEN forgotten_before ELSE refuse_nonces() END
    FROM nonce_horizon)`;

/**
 * Decides whether a nonce is new. Every statement that acts on a signed request begins with it. It takes parameters
 * $1 to $3. `claimed` contains one row if the nonce was new, and none if it was used. Concurrent claims of one
 * nonce, from any replica, wait for each other on the primary key, and one wins.
 */
export const CLAIMED_NONCE = `
  inserted_nonce AS (
    INSERT INTO nonces (oauth_timestamp, consumer_key, digest)
    SELECT $1::bigint, $2::text, $3::bytea WHERE $1::bigint >= ${HORIZON}
    ON CONFLICT DO NOTHING
    RETURNING 1
  ), claimed AS (
    SELECT 1 FROM inserted_nonce UNION ALL SELECT 1 WHERE $1::bigint IS NULL
  )`;

/** The values of parameters $1 to $3. */
export const claimValues = (claim: NonceClaim): [number | null, string, Buffer | null] => [
  claim.timestamp,
  claim.consumerKey,
  claim.digest,
];

/**
 * The same for statements that process many requests. `requests` names a relation with the columns oauth_timestamp,
 * consumer_key and digest, without duplicate rows; `claimed` contains those of its rows whose nonce was new. All
 * replicas insert in the same order, so that statements do not deadlock.
 */
export const CLAIMED_NONCES = (requests: string): string => `
  inserted_nonces AS (
    INSERT INTO nonces (oauth_timestamp, consumer_key, digest)
    SELECT oauth_timestamp, consumer_key, digest FROM ${requests}
    WHERE oauth_timestamp >= ${HORIZON} ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING
    RETURNING oauth_timestamp, consumer_key, digest
  ), claimed AS (
    SELECT ${requests}.* FROM ${requests} JOIN inserted_nonces USING (oauth_timestamp, consumer_key, digest)
    UNION ALL SELECT * FROM ${requests} WHERE oauth_timestamp IS NULL
  )`;

/** The claims as the first three columns of `requests`. */
export const claimColumns = (
  claims: readonly NonceClaim[],
): [(number | null)[], string[], (Buffer | null)[]] => [
  claims.map(({ timestamp }) => timestamp),
  claims.map(({ consumerKey }) => consumerKey),
  claims.map(({ digest }) => digest),
];

/** Equal for claims of the same nonce, of which at most one can win. */
export const claimKey = ({ timestamp, consumerKey, digest }: NonceClaim): string =>
  `${timestamp} ${consumerKey} ${digest?.toString('latin1')}`;
