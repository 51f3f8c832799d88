/** Where a page ended: the time and the key of its last row. */
export interface Position {
  readonly at: Date;
  readonly key: string;
}

/** 31 December 9999, the last time that a position may name. */
const MAX_TIME_MS = Date.UTC(10_000, 0, 1) - 1;
const MAX_CURSOR_LENGTH = 2000;

/** Writes a position as a text that callers pass back and do not look into. */
export const encodeCursor = ({ at, key }: Position): string =>
  Buffer.from(`${at.getTime()}.${key}`).toString('base64url');

/** Reads what encodeCursor wrote; undefined for anything else. */
export function decodeCursor(cursor: string): Position | undefined {
  if (cursor.length > MAX_CURSOR_LENGTH) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const [, time, key] = /^(\d{1,15})\.([^\0]+)$/su.exec(text) ?? [];
  if (time === undefined || key === undefined || Number(time) > MAX_TIME_MS) return undefined;
  const position = { at: new Date(Number(time)), key };
  // One position has one cursor: no padding, no other alphabet, no malformed UTF-8.
  return encodeCursor(position) === cursor ? position : undefined;
}
