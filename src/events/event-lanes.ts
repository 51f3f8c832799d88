import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Statements, type Statement } from '../database/statements.js';
import type { StoredEvent } from './event.js';

/** How long a lane is one replica's. Whoever stops meanwhile is followed by another after that. */
export const LEASE_SECONDS = 30;
/** What a lane may have under way: consumers at a time, and events in all. */
const CONSUMERS_AT_ONCE = 16;
const EVENTS_OF_ONE = 64;
const EVENTS_AT_ONCE = 256;
/** Where all that waits in a lane waits for a later try. */
const REST_SECONDS = 1;

// Who waits for a row that another has claimed meanwhile finds that its lease has begun.
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

// Consumer by consumer, whatever lies behind the first event of each. One whose first event is not due
// holds back its later ones, and nobody else's.
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

// A lane that another holds by now is left alone, and so are its events: they are delivered once more.
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

/** What waits in all lanes. */
export interface Backlog {
  /** Since the oldest pending event is pending; 0: none is. */
  readonly lagSeconds: number;
  /** How many events are dead letters. */
  readonly dead: number;
}

/** A lane that is this replica's for a while. */
export interface HeldLane {
  readonly lane: number;
  readonly holder: string;
  /** Of `performance.now()`: when the lease began, or earlier. */
  readonly sinceMs: number;
}

/** A delivery that did not succeed. */
export interface FailedDelivery {
  readonly event: StoredEvent;
  /** In our words. */
  readonly error: string;
  /** The receiver does not want it (4xx), and not: it could not take it now. */
  readonly isRefusal: boolean;
  readonly isDead: boolean;
  readonly waitSeconds: number;
}

/**
 * The tables of events, for whoever delivers, and watches that. Each method is one statement, and one is sent at a
 * time: so all of it takes one session of the pool at most, however many lanes are held.
 */
@Injectable()
export class EventLanes {
  private lastStatement: Promise<unknown> = Promise.resolve();

  constructor(private readonly statements: Statements) {}

  /** A lane in which events wait and that nobody holds; undefined when there is none. */
  async claim(): Promise<HeldLane | undefined> {
    const holder = randomUUID();
    const sinceMs = performance.now();
    const [row] = await this.inTurn<{ lane: number }>(CLAIM, [holder]);
    return row && { ...row, holder, sinceMs };
  }

  /** What is due in the lane: of each consumer its next events, in their order. */
  read({ lane }: HeldLane): Promise<StoredEvent[]> {
    return this.inTurn<StoredEvent>(READ, [lane]);
  }

  /** Notes what became of events, and gives the lane back. */
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
