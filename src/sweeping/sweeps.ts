import type { Statement, Statements } from '../database/statements.js';
import type { NoncePartitions } from '../nonces/nonce-partitions.js';
import type { Sweep } from './sweep.js';

const ROWS = 1_000;

/**
 * Deletes the matching rows of a table, oldest first. Skips locked rows, which are in use, until the next time, so
 * that no request waits for a sweep.
 */
function rowsOf(table: string, key: string, order: string, ended: string): Statement {
  return {
    name: `sweep-${table}-by-${order}`.replaceAll('_', '-'),
    text: `DELETE FROM ${table} WHERE ${key} = ANY (ARRAY(
        SELECT ${key} FROM ${table} WHERE ${ended} ORDER BY ${order} LIMIT ${ROWS}
        FOR UPDATE SKIP LOCKED))
      RETURNING 1`,
  };
}

const OLD_IMPORT = "updated_at < now() - interval '7 days'";

// First removes the digest, so that no one can resume an import of which rows are missing.
const GIVEN_UP_IMPORTS = {
  name: 'give-up-imports',
  text: `UPDATE imports SET file_hash = NULL
    WHERE ${OLD_IMPORT} AND finished_at IS NULL AND file_hash IS NOT NULL RETURNING 1`,
};

/** Deletes staged rows of imports that were completed, refused or given up. */
function stagedRowsOf(table: string): Statement {
  return {
    name: `sweep-${table}`.replaceAll('_', '-'),
    text: `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
        SELECT s.ctid FROM ${table} s JOIN imports i ON i.id = s.import_id
        WHERE i.finished_at < now() - interval '1 hour' OR (i.${OLD_IMPORT} AND i.file_hash IS NULL)
        LIMIT ${ROWS} FOR UPDATE OF s SKIP LOCKED))
      RETURNING 1`,
  };
}

const OLD_IMPORTS = rowsOf(
  'imports',
  'id',
  'updated_at',
  `${OLD_IMPORT} AND (finished_at IS NOT NULL OR file_hash IS NULL)
    AND NOT EXISTS (SELECT 1 FROM import_consumers WHERE import_id = imports.id)
    AND NOT EXISTS (SELECT 1 FROM import_tokens WHERE import_id = imports.id)`,
);

// A platform token is valid for at most an hour, and a replica may be notified late of the next key.
const RETIRED_SIGNING_KEYS = {
  name: 'sweep-token-signing-keys',
  text: `DELETE FROM token_signing_keys k WHERE EXISTS (
      SELECT FROM token_signing_keys n
      WHERE n.position > k.position AND n.signs_from < now() - interval '2 hours')
    RETURNING 1`,
};

// No event is deleted silently: an event that could not be delivered becomes a dead letter, and is kept for the same
// number of days again.
const GIVEN_UP_EVENTS = {
  name: 'give-up-events',
  text: `UPDATE events SET state = 'dead', settled_at = now()
    WHERE position = ANY (ARRAY(
      SELECT position FROM events
      WHERE state = 'pending' AND pending_since < now() - make_interval(days => $1)
      ORDER BY pending_since LIMIT ${ROWS} FOR UPDATE SKIP LOCKED))
    RETURNING 1`,
};

/** How many days rows are kept after their end. */
export interface Retention {
  /** Staff can see expired and revoked tokens for this long; 0: forever. */
  readonly tokenDays: number;
  readonly eventDays: number;
}

/** All sweeps. */
export function sweepsOf(
  statements: Statements,
  partitions: NoncePartitions,
  { tokenDays, eventDays }: Retention,
): Sweep[] {
  const rows = (name: string, statement: Statement, values: unknown[] = []): Sweep => ({
    name,
    full: ROWS,
    batch: async () => (await statements.run(statement, values)).length,
  });
  const ended = (column: string): Sweep[] =>
    tokenDays === 0
      ? []
      : [
          rows(
            'access_tokens',
            rowsOf(
              'access_tokens',
              'token',
              column,
              `${column} < now() - make_interval(days => $1)`,
            ),
            [tokenDays],
          ),
        ];
  return [
    { name: 'nonce_partitions_made', full: Infinity, batch: () => partitions.makeAhead() },
    { name: 'nonce_partitions', full: Infinity, batch: () => partitions.dropExpired() },
    { name: 'nonces_rest', full: 5_000, batch: () => partitions.deleteExpiredOutsidePartitions() },
    // The outcome of an authorization can be queried for an hour after its credentials expire.
    rows(
      'temporary_credentials',
      rowsOf(
        'temporary_credentials',
        'token',
        'expires_at',
        "expires_at < now() - interval '1 hour'",
      ),
    ),
    ...ended('expires_at'),
    ...ended('revoked_at'),
    // Identifies rows by ctid, because two callers may have chosen the same key.
    rows(
      'idempotency_keys',
      rowsOf('idempotency_keys', 'ctid', 'expires_at', 'expires_at < now()'),
    ),
    rows('imports_given_up', GIVEN_UP_IMPORTS),
    rows('import_consumers', stagedRowsOf('import_consumers')),
    rows('import_tokens', stagedRowsOf('import_tokens')),
    rows('imports', OLD_IMPORTS),
    rows('token_signing_keys', RETIRED_SIGNING_KEYS),
    rows('events_given_up', GIVEN_UP_EVENTS, [eventDays]),
    rows(
      'events',
      rowsOf('events', 'position', 'settled_at', 'settled_at < now() - make_interval(days => $1)'),
      [eventDays],
    ),
    rows(
      'verdict_minutes',
      rowsOf('verdict_minutes', 'minute', 'minute', "minute < now() - interval '25 hours'"),
    ),
    rows(
      'consumer_verdict_days',
      rowsOf(
        'consumer_verdict_days',
        'ctid',
        'day',
        "day <= (now() AT TIME ZONE 'UTC')::date - 30",
      ),
    ),
    // Replicas that did not shut down properly. A replica that still runs inserts its row again.
    rows(
      'replicas',
      rowsOf('replicas', 'id', 'last_wrote_at', "last_wrote_at < now() - interval '1 hour'"),
    ),
    rows('sessions', rowsOf('sessions', 'id_hash', 'expires_at', 'expires_at < now()')),
    rows('staff_sessions', rowsOf('staff_sessions', 'id_hash', 'expires_at', 'expires_at < now()')),
    // Only the previous version wrote these rows; this version stores started sign-ins in cookies.
    rows(
      'started_sign_ins',
      rowsOf('started_sign_ins', 'state_hash', 'expires_at', 'expires_at < now()'),
    ),
  ];
}
