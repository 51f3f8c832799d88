/** Replaces control characters, because a terminal would execute them. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?');

/** A JSON value as a table cell. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : printable(value.map(cell).join(', '));
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}
