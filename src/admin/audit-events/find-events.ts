import type { AuditEvent } from '../../audit/audit-event.js';
import type { AuditEvents } from '../../audit/audit-events.js';
import { positionOf } from '../../admin-http/page-query.js';
import { parseDateTime } from '../../input/date-time.js';
import { InvalidInput } from '../../input/input-fault.js';
import type { ListAuditEventsQuery } from './list-audit-events.query.js';

/** The types of object that a key or identifier without a prefix may belong to. */
const THINGS = ['consumer', 'token', 'authorization_request'];

/** The recorded targets that match; without a `THING:` prefix, a key matches every type of object. */
const targetsMeant = (target: string | undefined): (string | undefined)[] =>
  target === undefined || /^[a-z_]+:|^[A-Z]+ /.test(target)
    ? [target]
    : [target, ...THINGS.map((thing) => `${thing}:${target}`)];

/**
 * The events of a page, in the order of the list.
 *
 * @param lastId id of the last event on the previous page
 */
export async function findEvents(
  events: AuditEvents,
  query: ListAuditEventsQuery,
  lastId: number | undefined,
  limit: number,
): Promise<AuditEvent[]> {
  const { actor, action } = query;
  const newestFirst = query.order === 'desc';
  const [from, to] = [parseDateTime(query.from ?? ''), parseDateTime(query.to ?? '')];
  const filter = { actor, action, from, to, newestFirst };
  const pages = await Promise.all(
    targetsMeant(query.target).map((target) => events.page({ ...filter, target }, lastId, limit)),
  );
  return pages
    .flat()
    .sort((a, b) => (newestFirst ? b.id - a.id : a.id - b.id))
    .slice(0, limit);
}

/**
 * The id of the last event on the previous page. Ids increase in the order of the list.
 *
 * @throws InvalidInput for a cursor of another list
 */
export function lastIdOf(path: string, query: ListAuditEventsQuery): number | undefined {
  const key = positionOf(path, query)?.key;
  if (key === undefined) return undefined;
  if (/^\d{1,15}$/.test(key)) return Number(key);
  throw new InvalidInput([{ pointer: '?cursor', detail: 'must be a nextCursor of this list' }]);
}
