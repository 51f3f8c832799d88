import { Injectable } from '@nestjs/common';
import { exactNumber } from '../database/exact-number.js';
import { Statements, type Query } from '../database/statements.js';
import type { AuditEvent } from './audit-event.js';

/**
 * Which events a list contains, and in which order. Text fields match exactly; `from` is inclusive, `to` is
 * exclusive.
 */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** False or absent: oldest first. */
  readonly newestFirst?: boolean | undefined;
}

export const EVENT_COLUMNS = `${exactNumber('id')} AS id, at, actor, action, target, detail, hash`;

/**
 * The query for one page.
 *
 * Each set of filters has an index that begins with the filtered columns and ends with the id (migration 0010). The
 * conditions are ranges over the whole index key, and ORDER BY names the whole key. With conditions of the form
 * `column = value`, the planner would scan by id instead, because it assumes that matches are spread evenly.
 *
 * No event has an earlier time than the event before it (audit-trail.ts), so a time marks a position in the order of
 * the ids. ORDER BY names the column `audit_events.id`, because the selected `id` has another type.
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

/** The leading index columns, the values to look up in them, and the remaining conditions. */
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

/** The largest bigint of PostgreSQL, greater than any id. */
const MAX_ID = '9223372036854775807';

/** The id of the first event at or after a time; MAX_ID if there is none. */
const firstIdFrom = (time: string): string => `coalesce((
  SELECT id FROM audit_events WHERE at >= ${time}::timestamptz ORDER BY at, id LIMIT 1), ${MAX_ID})`;

/** Reads the table `audit_events`. */
@Injectable()
export class AuditEvents {
  constructor(private readonly statements: Statements) {}

  /**
   * Reads one page.
   *
   * @param lastId the id of the previous page's last event
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
