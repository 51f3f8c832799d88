import type { Statement, Statements } from '../database/statements.js';
import type { NoncePartitions } from '../nonces/nonce-partitions.js';
import type { Sweep } from './sweep.js';

const ROWS = 1_000;

/**
 * Deletes the rows of a table that match, oldest first. Rows that are locked are being worked with;
 * they are left for the next time, so that no request waits for a sweep.
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

// First nobody finds it by its digest any more: what is left of it can't be gone on with.
const GIVEN_UP_IMPORTS = {
  name: 'give-up-imports',
  text: `UPDATE imports SET file_hash = NULL
    WHERE ${OLD_IMPORT} AND finished_at IS NULL AND file_hash IS NOT NULL RETURNING 1`,
};

/** What files left behind that were taken over, refused or given up, wherever they came to an end. */
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

// Nothing that a key signed lives for more than an hour; replicas may have been notified late of the next one.
const RETIRED_SIGNING_KEYS = {
  name: 'sweep-token-signing-keys',
  text: `DELETE FROM token_signing_keys k WHERE EXISTS (
      SELECT FROM token_signing_keys n
      WHERE n.position > k.position AND n.signs_from < now() - interval '2 hours')
    RETURNING 1`,
};

// No row is lost without a word: what could not be delivered becomes a dead letter, and stays that long again.
const GIVEN_UP_EVENTS = {
  name: 'give-up-events',
  text: `UPDATE events SET state = 'dead', settled_at = now()
    WHERE position = ANY (ARRAY(
      SELECT position FROM events
      WHERE state = 'pending' AND pending_since < now() - make_interval(days => $1)
      ORDER BY pending_since LIMIT ${ROWS} FOR UPDATE SKIP LOCKED))
    RETURNING 1`,
};

/** For how many days what has ended is kept. */
export interface Retention {
  /** Staff see ended tokens for a while; 0: for ever. */
  readonly tokenDays: number;
  readonly eventDays: number;
}

/** All that is swept. */
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
    // Their outcome can be queried for an hour after their end.
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
    // Rows by their place: two callers may have chosen one key.
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
    // Those that did not end in order; one that goes on writes itself in again.
    rows(
      'replicas',
      rowsOf('replicas', 'id', 'last_wrote_at', "last_wrote_at < now() - interval '1 hour'"),
    ),
    rows('sessions', rowsOf('sessions', 'id_hash', 'expires_at', 'expires_at < now()')),
    rows('staff_sessions', rowsOf('staff_sessions', 'id_hash', 'expires_at', 'expires_at < now()')),
    // Written by the version before alone; this one keeps started sign-ins in cookies.
    rows(
      'started_sign_ins',
      rowsOf('started_sign_ins', 'state_hash', 'expires_at', 'expires_at < now()'),
    ),
  ];
}
