const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

const FROM = Date.UTC(1970, 0, 1);
const TO = Date.UTC(10_000, 0, 1);

/**
 * Parses a date-time of RFC 3339, section 5.6, in the years 1970 to 9999, to the millisecond. Undefined for
 * anything else, including leap seconds and the 30th of February.
 */
export function parseDateTime(text: string): Date | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC would turn a 30th of February into a day in March.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const instant = new Date(text.toUpperCase());
  const time = instant.getTime();
  return time >= FROM && time < TO ? instant : undefined;
}
