import { IsOptional, Matches } from 'class-validator';
import { Follows, text } from '../consumers/follows.decorator.js';
import { decodeCursor, encodeCursor, type Position } from './cursor.js';

const USUAL_LIMIT = 50;

/** What the query of every list may say. */
export class PageQuery {
  @IsOptional()
  @Matches(/^(?:[1-9]\d?|1\d\d|200)$/, { message: 'must be a whole number from 1 to 200' })
  limit?: string;

  @IsOptional()
  @Follows(text((cursor) => (decodeCursor(cursor) ? undefined : 'must be a nextCursor of a list')))
  cursor?: string;
}

/** How many items a page has. */
export const limitOf = ({ limit }: PageQuery): number => Number(limit ?? USUAL_LIMIT);

/** After which position a page begins; undefined at the start. */
export const positionOf = ({ cursor }: PageQuery): Position | undefined =>
  cursor === undefined ? undefined : decodeCursor(cursor);

/** A page as it is answered. */
export interface PageReply<Item> {
  readonly items: Item[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/**
 * The body of a list's page, and the value of `Link` (RFC 8288) that leads to the next one with
 * the same filters; undefined on the last.
 */
export function pageReply<Item>(
  path: string,
  query: PageQuery,
  items: Item[],
  next: Position | undefined,
): { reply: PageReply<Item>; link: string | undefined } {
  if (!next) return { reply: { items, nextCursor: null }, link: undefined };
  const nextCursor = encodeCursor(next);
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const parameters = new URLSearchParams({ ...Object.fromEntries(given), cursor: nextCursor });
  return { reply: { items, nextCursor }, link: `<${path}?${parameters.toString()}>; rel="next"` };
}
