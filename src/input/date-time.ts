const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

const FROM = Date.UTC(1970, 0, 1);
const TO = Date.UTC(10_000, 0, 1);

/**
 * Reads a date-time of RFC 3339, section 5.6, of the years 1970 to 9999; undefined for all else,
 * leap seconds and the 30th of February among it. Kept to the millisecond.
 */
export function parseDateTime(text: string): Date | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC carries a 30th of February over into March.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const instant = new Date(text.toUpperCase());
  const time = instant.getTime();
  return time >= FROM && time < TO ? instant : undefined;
}
