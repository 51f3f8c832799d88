import { IsOptional, Matches } from 'class-validator';
import { Satisfies } from '../input/satisfies.decorator.js';
import { text } from '../input/rules.js';
import { InvalidInput } from '../input/input-fault.js';
import { decodeCursor, encodeCursor, listMark, type Position } from './cursor.js';

const USUAL_LIMIT = 50;

/** The query parameters of every list. */
export class PageQuery {
  @IsOptional()
  @Matches(/^(?:[1-9]\d?|1\d\d|200)$/, { message: 'must be a whole number from 1 to 200' })
  limit?: string;

  @IsOptional()
  @Satisfies(
    text((cursor) => (decodeCursor(cursor) ? undefined : 'must be a nextCursor of a list')),
  )
  cursor?: string;
}

/** The largest number of items on a page. */
export const limitOf = ({ limit }: PageQuery): number => Number(limit ?? USUAL_LIMIT);

/**
 * The position after which a page of the list at this path begins; undefined at the start.
 *
 * @throws InvalidInput for a cursor of another list, or of this one under other filters
 */
export function positionOf(path: string, query: PageQuery): Position | undefined {
  if (query.cursor === undefined) return undefined;
  const cursor = decodeCursor(query.cursor);
  if (cursor?.mark === markOf(path, query)) return cursor.position;
  throw new InvalidInput([
    { pointer: '?cursor', detail: 'must be a nextCursor of this list under the same filters' },
  ]);
}

/** The limit is not a filter, because pages may differ in length. */
function markOf(path: string, query: PageQuery): string {
  const { limit: _, cursor: __, ...filters } = given(query);
  return listMark(path, filters);
}

const given = (query: PageQuery): Record<string, string> =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));

/** The body of a page. */
export interface PageReply<Item> {
  readonly items: Item[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/**
 * The body of a page, and the value of `Link` (RFC 8288) for the next page with the same filters; undefined on
 * the last page.
 */
export function pageReply<Item>(
  path: string,
  query: PageQuery,
  items: Item[],
  next: Position | undefined,
): { reply: PageReply<Item>; link: string | undefined } {
  if (!next) return { reply: { items, nextCursor: null }, link: undefined };
  const nextCursor = encodeCursor({ mark: markOf(path, query), position: next });
  const parameters = new URLSearchParams({ ...given(query), cursor: nextCursor });
  return { reply: { items, nextCursor }, link: `<${path}?${parameters.toString()}>; rel="next"` };
}
