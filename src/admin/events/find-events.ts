import type { Position } from '../../admin-http/cursor.js';
import { limitOf, positionOf } from '../../admin-http/page-query.js';
import type { EventList, ListedEvent } from '../../events/event-list.js';
import { InvalidInput } from '../../input/input-fault.js';
import type { ListEventsQuery } from './list-events.query.js';

/**
 * The events of a page, and the position at which the next page begins; undefined on the last page.
 *
 * @param path the path of the list, which its cursors are bound to
 * @throws InvalidInput for a cursor of another list
 */
export async function findEvents(
  events: EventList,
  path: string,
  query: ListEventsQuery,
): Promise<{ page: ListedEvent[]; next: Position | undefined }> {
  const { state, type, consumerKey } = query;
  const filter = { state, type, consumerKey, newestFirst: query.order === 'desc' };
  const limit = limitOf(query);
  const found = await events.page(filter, lastPositionOf(path, query), limit + 1);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { page, next: last && { at: last.createdAt, key: last.position } };
}

function lastPositionOf(path: string, query: ListEventsQuery): string | undefined {
  const key = positionOf(path, query)?.key;
  if (key === undefined || /^\d{1,18}$/.test(key)) return key;
  throw new InvalidInput([{ pointer: '?cursor', detail: 'must be a nextCursor of this list' }]);
}
