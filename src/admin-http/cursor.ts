import { createHash } from 'node:crypto';

/** The end of a page: the time and the key of its last row. */
export interface Position {
  readonly at: Date;
  readonly key: string;
}

/** The content of a cursor: a position, and the mark of its list. */
export interface Cursor {
  readonly mark: string;
  readonly position: Position;
}

/** 31 December 9999, the latest time of a position. */
const MAX_TIME_MS = Date.UTC(10_000, 0, 1) - 1;
const MAX_CURSOR_LENGTH = 2000;
/** 48 bits: enough to tell lists apart. The mark prevents mistakes; it does not authenticate the cursor. */
const MARK_LENGTH = 8;

/**
 * The mark of a list under a set of filters. In another list, a position would silently skip rows.
 *
 * @param filters by name; their order does not matter
 */
export function listMark(path: string, filters: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify([path, sorted]));
  return hash.digest('base64url').slice(0, MARK_LENGTH);
}

/** Encodes a cursor as a text that is opaque to callers. */
export const encodeCursor = ({ mark, position: { at, key } }: Cursor): string =>
  Buffer.from(`${mark}.${at.getTime()}.${key}`).toString('base64url');

/** Decodes a text of encodeCursor; undefined for anything else. */
export function decodeCursor(given: string): Cursor | undefined {
  if (given.length > MAX_CURSOR_LENGTH) return undefined;
  const text = Buffer.from(given, 'base64url').toString('utf8');
  const [, mark, time, key] = /^([\w-]{8})\.(\d{1,15})\.([^\0]+)$/su.exec(text) ?? [];
  if (mark === undefined || key === undefined || Number(time) > MAX_TIME_MS) return undefined;
  const cursor = { mark, position: { at: new Date(Number(time)), key } };
  // Each position has exactly one cursor: no padding, no other alphabet, no malformed UTF-8.
  return encodeCursor(cursor) === given ? cursor : undefined;
}
