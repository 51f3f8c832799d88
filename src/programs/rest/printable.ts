/** A line for a terminal, which obeys control characters: none is left. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?');

/** A value of JSON in a cell. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : printable(value.map(cell).join(', '));
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}
