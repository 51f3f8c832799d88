import { HEAD_COLUMNS, IS_SHADOWED } from './record-proofs.js';

// The row lock on the head serializes appends. A transaction takes it last, so that it holds the lock for the
// shortest time and waits for no other lock meanwhile.
export const LOCK_HEAD = {
  name: 'lock-audit-head',
  text: `
    SELECT ${HEAD_COLUMNS}, date_trunc('milliseconds', clock_timestamp()) AS now,
      ${IS_SHADOWED} AS "isShadowed"
    FROM audit_head FOR UPDATE`,
};

// Returns the number of rows, because a trigger may drop rows without an error.
export const APPEND = {
  name: 'append-audit-events',
  text: `
    WITH moved AS (
      UPDATE audit_head SET last_id = $1, last_at = $2, last_hash = $3, since = $4, grants_since = $5,
        mac = $6, seal = NULL
      RETURNING 1
    ), written AS (
      INSERT INTO audit_events (id, at, actor, action, target, detail, hash, mac)
      SELECT id, $2, actor, action, target, detail, hash, mac
      FROM unnest($7::bigint[], $8::text[], $9::text[], $10::text[], $11::jsonb[], $12::text[], $13::bytea[])
        AS e (id, actor, action, target, detail, hash, mac)
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM moved)::int AS moved, (SELECT count(*) FROM written)::int AS written`,
};
