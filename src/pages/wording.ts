/**
 * Prevents a name from changing the reading order of the sentence around it (Unicode's first strong isolate). Names
 * are chosen by others.
 */
export const isolated = (name: string): string => `\u2068${name}\u2069`;

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/**
 * Formats a number of seconds in the largest unit that is not longer, rounded.
 *
 * @param lang BCP 47 tag
 */
export const durationIn =
  (lang: string) =>
  (seconds: number): string => {
    const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? (['second', 1] as const);
    const format = { style: 'unit', unit, unitDisplay: 'long' } as const;
    return new Intl.NumberFormat(lang, format).format(Math.round(seconds / length));
  };

/**
 * Formats a day in UTC.
 *
 * @param lang BCP 47 tag
 */
export function dayIn(lang: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeZone: 'UTC' });
  return (at) => format.format(at);
}
