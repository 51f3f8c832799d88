import { Injectable } from '@nestjs/common';
import { exactNumber } from '../database/exact-number.js';
import { Statements, type Query } from '../database/statements.js';
import type { AuditEvent } from './audit-event.js';

/** Which events a list shows, and in which order. Texts must be equal; `from` is included, `to` is not. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** The other order is the oldest first. */
  readonly newestFirst?: boolean | undefined;
}

export const EVENT_COLUMNS = `${exactNumber('id')} AS id, at, actor, action, target, detail, hash`;

/**
 * The query for one page.
 *
 * Each set of filters has an index that begins with it and goes on with the id (migration 0010). The
 * span in that index is named, and its order asked for: told only that a column is equal to a value,
 * the planner would follow the ids all the same, in the hope that matches are spread among them.
 *
 * No event is dated before the one before it (audit-trail.ts), so that a time is a place in the order
 * of the ids. That order is the column's: the `id` that is selected is a number of another type.
 */
function pageQuery(filter: AuditFilter, lastId: number | undefined, limit: number): Query {
  const values: unknown[] = [limit];
  const put = (value: unknown) => `$${values.push(value)}`;
  const { columns, sought, rest } = placeInIndex(filter, put);
  const from = filter.from ? `${firstIdFrom(put(filter.from))} - 1` : '0';
  const to = filter.to ? firstIdFrom(put(filter.to)) : MAX_ID;
  const last = lastId === undefined ? undefined : `${put(lastId)}::bigint`;
  const after = last === undefined || filter.newestFirst ? from : `greatest(${last}, ${from})`;
  const before = last !== undefined && filter.newestFirst ? `least(${last}, ${to})` : to;
  const place = [...columns, 'audit_events.id'];
  const order = place.join(', ');
  const text = `
    SELECT ${EVENT_COLUMNS} FROM audit_events
    WHERE (${order}) > (${[...sought, after].join(', ')})
      AND (${order}) < (${[...sought, before].join(', ')}) ${rest.join(' ')}
    ORDER BY ${filter.newestFirst ? place.map((one) => `${one} DESC`).join(', ') : order} LIMIT $1`;
  return { text, values };
}

/** What the index begins with, which values are sought there, and which conditions are left. */
function placeInIndex({ actor, action, target }: AuditFilter, put: (value: unknown) => string) {
  const columns: string[] = [];
  const sought: string[] = [];
  const rest: string[] = [];
  const seek = (column: string, value: string) => {
    columns.push(column);
    sought.push(`${put(value)}::text`);
  };
  if (target !== undefined) seek('target', target);
  if (target !== undefined && actor !== undefined) {
    const value = `${put(actor)}::text`;
    columns.push('hashtextextended(actor, 0)');
    sought.push(`hashtextextended(${value}, 0)`);
    rest.push(`AND actor = ${value}`);
    if (action !== undefined) rest.push(`AND action = ${put(action)}`);
    return { columns, sought, rest };
  }
  if (actor !== undefined) seek('actor', actor);
  if (action !== undefined) seek('action', action);
  return { columns, sought, rest };
}

/** Past the last id that PostgreSQL's bigint could give. */
const MAX_ID = '9223372036854775807';

/** The id of the first event from a time on, or one past them all. */
const firstIdFrom = (time: string): string => `coalesce((
  SELECT id FROM audit_events WHERE at >= ${time}::timestamptz ORDER BY at, id LIMIT 1), ${MAX_ID})`;

/** The table `audit_events`, for those who read it. */
@Injectable()
export class AuditEvents {
  constructor(private readonly statements: Statements) {}

  /**
   * One page.
   *
   * @param lastId the last one of the page before
   */
  async page(
    filter: AuditFilter,
    lastId: number | undefined,
    limit: number,
  ): Promise<AuditEvent[]> {
    const query = pageQuery(filter, lastId, limit);
    const rows = await this.statements.runPlanned<Omit<AuditEvent, 'at'> & { at: Date }>(query);
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }
}
