import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Statements, type Statement } from '../database/statements.js';
import type { StoredEvent } from './event.js';

/** How long a replica holds a lane. If the replica stops, another can claim the lane after that time. */
export const LEASE_SECONDS = 30;
/** Limits of one claim of a lane: consumers at a time, events of each consumer, and events in total. */
const CONSUMERS_AT_ONCE = 16;
const EVENTS_OF_ONE = 64;
const EVENTS_AT_ONCE = 256;
/** How long a lane rests after no event of it was delivered. */
const REST_SECONDS = 1;

// SKIP LOCKED skips a lane that another replica is claiming. After that claim is committed, PostgreSQL checks
// leased_until again and skips the lane as well.
const CLAIM = {
  name: 'claim-event-lane',
  text: `
    WITH free AS (
      SELECT lane FROM event_lanes l
      WHERE leased_until <= now() AND EXISTS (
        SELECT FROM events e WHERE e.lane = l.lane AND e.state = 'pending')
      ORDER BY leased_until LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE event_lanes l SET holder = $1, leased_until = now() + interval '${LEASE_SECONDS} seconds'
    FROM free WHERE l.lane = free.lane RETURNING l.lane`,
};

// Reads the first event of each consumer with one index lookup, however many events follow it. A consumer whose first
// event is not due holds back its own later events, but not those of other consumers.
const READ = {
  name: 'read-events-of-lane',
  text: `
    WITH RECURSIVE heads AS (
      (SELECT consumer_key, position, due_at FROM events WHERE lane = $1 AND state = 'pending'
        ORDER BY consumer_key, position LIMIT 1)
      UNION ALL
      SELECT next.* FROM heads, LATERAL (
        SELECT consumer_key, position, due_at FROM events
        WHERE lane = $1 AND state = 'pending' AND consumer_key > heads.consumer_key
        ORDER BY consumer_key, position LIMIT 1) next
    )
    SELECT e.position::text, e.id, e.consumer_key AS "consumerKey", e.type, e.subject, e.data,
      e.created_at AS "createdAt", e.attempts, e.refusals
    FROM (
      SELECT consumer_key FROM heads WHERE due_at <= now() ORDER BY position LIMIT ${CONSUMERS_AT_ONCE}
    ) due, LATERAL (
      SELECT * FROM events WHERE lane = $1 AND state = 'pending' AND consumer_key = due.consumer_key
      ORDER BY position LIMIT ${EVENTS_OF_ONE}
    ) e ORDER BY e.position LIMIT ${EVENTS_AT_ONCE}`,
};

// Does nothing if another replica holds the lane by now: that replica delivers the events once more.
const SETTLE = {
  name: 'settle-events-of-lane',
  text: `
    WITH held AS (
      UPDATE event_lanes SET holder = NULL, leased_until = now() + make_interval(secs => $9)
      WHERE lane = $1 AND holder = $2 RETURNING lane
    ), delivered AS (
      UPDATE events SET state = 'delivered', settled_at = now(), attempts = attempts + 1,
        last_error = NULL
      WHERE position = ANY ($3::bigint[]) AND state = 'pending' AND EXISTS (SELECT FROM held)
    ), failed AS (
      UPDATE events e SET attempts = e.attempts + 1, last_error = f.error,
        refusals = e.refusals + f.is_refusal::int, due_at = now() + make_interval(secs => f.wait_seconds),
        state = CASE WHEN f.is_dead THEN 'dead' ELSE 'pending' END,
        settled_at = CASE WHEN f.is_dead THEN now() END
      FROM unnest($4::bigint[], $5::text[], $6::boolean[], $7::boolean[], $8::float8[])
        AS f (position, error, is_refusal, is_dead, wait_seconds)
      WHERE e.position = f.position AND e.state = 'pending' AND EXISTS (SELECT FROM held)
    )
    SELECT lane FROM held`,
};

const BACKLOG = {
  name: 'look-at-event-backlog',
  text: `
    SELECT
      coalesce(extract(epoch FROM now() - (
        SELECT min(pending_since) FROM events WHERE state = 'pending')), 0)::float8 AS "lagSeconds",
      (SELECT count(*) FROM events WHERE state = 'dead')::float8 AS dead`,
};

/** The backlog of all lanes. */
export interface Backlog {
  /** How long the oldest pending event has been pending; 0 if none is pending. */
  readonly lagSeconds: number;
  /** The number of dead letters. */
  readonly dead: number;
}

/** A lane that this replica has claimed. */
export interface HeldLane {
  readonly lane: number;
  readonly holder: string;
  /** When the lease began, or earlier, by `performance.now()`. */
  readonly sinceMs: number;
}

/** A failed delivery. */
export interface FailedDelivery {
  readonly event: StoredEvent;
  /** Worded by this service. */
  readonly error: string;
  /** The receiver rejects this event (4xx); false if it only could not accept the event now. */
  readonly isRefusal: boolean;
  readonly isDead: boolean;
  readonly waitSeconds: number;
}

/**
 * Statements on the tables of events, for deliveries and metrics. Each method sends one statement, and only one
 * statement runs at a time, so all of them use at most one session of the pool, however many lanes are held.
 */
@Injectable()
export class EventLanes {
  private lastStatement: Promise<unknown> = Promise.resolve();

  constructor(private readonly statements: Statements) {}

  /** Claims a lane that has pending events and no holder; undefined if there is none. */
  async claim(): Promise<HeldLane | undefined> {
    const holder = randomUUID();
    const sinceMs = performance.now();
    const [row] = await this.inTurn<{ lane: number }>(CLAIM, [holder]);
    return row && { ...row, holder, sinceMs };
  }

  /** Reads the due events of the lane: for each consumer its next events, in order. */
  read({ lane }: HeldLane): Promise<StoredEvent[]> {
    return this.inTurn<StoredEvent>(READ, [lane]);
  }

  /** Writes the results of the deliveries, and releases the lane. */
  async settle(
    { lane, holder }: HeldLane,
    delivered: readonly StoredEvent[],
    failed: readonly FailedDelivery[],
  ): Promise<void> {
    await this.inTurn(SETTLE, [
      lane,
      holder,
      delivered.map(({ position }) => position),
      failed.map(({ event }) => event.position),
      failed.map(({ error }) => error),
      failed.map(({ isRefusal }) => isRefusal),
      failed.map(({ isDead }) => isDead),
      failed.map(({ waitSeconds }) => waitSeconds),
      delivered.length > 0 ? 0 : REST_SECONDS,
    ]);
  }

  /** For the metrics. */
  async backlog(): Promise<Backlog | undefined> {
    const [backlog] = await this.inTurn<Backlog>(BACKLOG);
    return backlog;
  }

  private inTurn<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const rows = this.lastStatement.then(() => this.statements.run<Row>(statement, values));
    this.lastStatement = rows.catch(() => undefined);
    return rows;
  }
}
