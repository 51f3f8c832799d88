import { Injectable } from '@nestjs/common';
import type { AuditActor } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Statements, type Query } from '../database/statements.js';
import {
  EVENT_STATES,
  EVENT_TYPES,
  type EventState,
  type EventType,
  type NewEvent,
} from './event.js';

/** An event as staff see it. */
export interface ListedEvent extends NewEvent {
  /** A decimal number that gives the order. */
  readonly position: string;
  readonly id: string;
  readonly state: EventState;
  readonly createdAt: Date;
  readonly attempts: number;
  /** Why the last delivery failed; null if no delivery has failed, or if the event was delivered since. */
  readonly lastError: string | null;
  /** When the next delivery is due; null unless the event is pending. */
  readonly dueAt: Date | null;
  /** When the event was delivered or became a dead letter; null while it is pending. */
  readonly settledAt: Date | null;
}

/** Which events a list contains. */
export interface EventFilter {
  readonly state?: EventState | undefined;
  readonly type?: EventType | undefined;
  readonly consumerKey?: string | undefined;
  /** False or absent: oldest first. */
  readonly newestFirst?: boolean | undefined;
}

/** No event has this id. */
export class EventUnknown extends Error {}

const SHOWN = `
  position::text, id, type, consumer_key AS "consumerKey", subject, data, state,
  created_at AS "createdAt", attempts, last_error AS "lastError",
  CASE WHEN state = 'pending' THEN due_at END AS "dueAt", settled_at AS "settledAt"`;

// A pending event needs no replay.
const REPLAY = {
  name: 'replay-event',
  text: `
    UPDATE events SET state = 'pending', pending_since = now(), due_at = now(), attempts = 0,
      refusals = 0, last_error = NULL, settled_at = NULL
    WHERE id = $1 AND state <> 'pending' RETURNING ${SHOWN}`,
};

const FIND = { name: 'find-event', text: `SELECT ${SHOWN} FROM events WHERE id = $1` };

const IS_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The outbox as staff see it. */
@Injectable()
export class EventList {
  constructor(
    private readonly statements: Statements,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Reads one page.
   *
   * @param after the position of the previous page's last event
   */
  page(filter: EventFilter, after: string | undefined, limit: number): Promise<ListedEvent[]> {
    return this.statements.runPlanned<ListedEvent>(pageQuery(filter, after, limit));
  }

  /** @throws EventUnknown */
  async find(id: string): Promise<ListedEvent> {
    const [event] = IS_ID.test(id) ? await this.statements.run<ListedEvent>(FIND, [id]) : [];
    if (!event) throw new EventUnknown();
    return event;
  }

  /**
   * Delivers an event again and records that: a dead letter, or an event that its receiver lost.
   *
   * @throws EventUnknown
   */
  async replay(id: string, actor: AuditActor): Promise<ListedEvent> {
    if (!IS_ID.test(id)) throw new EventUnknown();
    const replayed = await this.audit.record(
      (event: ListedEvent | undefined) =>
        event && {
          actor,
          action: 'event.replay',
          target: `event:${event.id}`,
          detail: { type: event.type, consumerKey: event.consumerKey },
        },
      async (transaction) => (await transaction.run<ListedEvent>(REPLAY, [id]))[0],
    );
    return replayed ?? this.find(id);
  }
}

/**
 * Reads up to one page of each matching state and type, and returns the first of these. An index holds each
 * combination of state and type in order, so no query searches among millions of events of other kinds.
 */
function pageQuery(filter: EventFilter, after: string | undefined, limit: number): Query {
  const { state, type, consumerKey, newestFirst = false } = filter;
  const values: unknown[] = [limit];
  const put = (value: unknown) => `$${values.push(value)}`;
  const order = newestFirst ? 'position DESC' : 'position';
  const beyond =
    after === undefined ? 'true' : `position ${newestFirst ? '<' : '>'} ${put(after)}::bigint`;
  if (state === undefined && type === undefined && consumerKey === undefined) {
    const text = `SELECT ${SHOWN} FROM events WHERE ${beyond} ORDER BY events.${order} LIMIT $1`;
    return { text, values };
  }
  const text = `
    SELECT ${SHOWN}
    FROM unnest(${put(state ? [state] : EVENT_STATES)}::text[]) AS states (one_state),
      unnest(${put(type ? [type] : EVENT_TYPES)}::text[]) AS types (one_type),
      LATERAL (
        SELECT * FROM events WHERE state = one_state AND type = one_type AND ${beyond}
          ${consumerKey === undefined ? '' : `AND consumer_key = ${put(consumerKey)}`}
        ORDER BY ${order} LIMIT $1
      ) AS kind
    ORDER BY kind.${order} LIMIT $1`;
  return { text, values };
}
