import { hash } from 'node:crypto';

/**
 * What makes a request unrepeatable: RFC 5849 section 3.3 wants the nonce unique for its timestamp,
 * client and token. All null for a PLAINTEXT request that sent neither timestamp nor nonce, which
 * that section excuses; nothing is remembered of it.
 */
export interface NonceClaim {
  readonly consumerKey: string;
  readonly timestamp: number | null;
  /** SHA-256 of token and nonce, so that a nonce of any length costs the same. */
  readonly digest: Buffer | null;
}

/**
 * The claim of a verified request. The decoded values are hashed, so a replay that encodes or places
 * its parameters differently is the same claim. NUL parts the two; no protocol parameter holds one.
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

/** The timeline that PostgreSQL writes in: another one after each promotion and each restore. */
export const TIMELINE = 'substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)';

/**
 * What came before was forgotten, so that nobody knows whether a nonce from there is new. On a timeline that was
 * not noticed yet (nonce-timeline.ts) the statement fails, with a code that is trouble below.
 */
const HORIZON = `(SELECT CASE WHEN timeline = ${TIMELINE} THEN forgotten_before ELSE refuse_nonces() END
    FROM nonce_horizon)`;

/**
 * The one place that decides whether a nonce is new: the head of every statement that acts on a
 * signed request. It takes parameters $1 to $3 and yields one row in `claimed` when the request may
 * go on, none when the nonce was used. Concurrent claims of one nonce wait for each other on the
 * primary key, whatever replica they come through, and one wins.
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
 * The same for statements that carry many requests. `requests` names a relation with the columns
 * oauth_timestamp, consumer_key and digest, no two rows alike in these; `claimed` has the rows of it
 * that may go on. All replicas insert in one order, so that no two statements wait for each other.
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

/** Equal for claims of which one at most can win. */
export const claimKey = ({ timestamp, consumerKey, digest }: NonceClaim): string =>
  `${timestamp} ${consumerKey} ${digest?.toString('latin1')}`;
