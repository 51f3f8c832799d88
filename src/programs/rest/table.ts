import { cell } from './printable.js';

type Row = Readonly<Record<string, unknown>>;

const GAP = '  ';

/** Formats rows in columns. A column is as wide as its widest cell so far and never gets narrower. */
export class Table {
  private readonly widths: number[];
  private isBegun = false;

  constructor(private readonly columns: readonly string[]) {
    this.widths = columns.map((name) => name.length);
  }

  /** The lines of these rows. The first call adds the column names. */
  lines(rows: readonly Row[]): string[] {
    const cells = rows.map((row) => this.columns.map((name) => cell(row[name])));
    const all = this.isBegun ? cells : [this.columns.map((name) => name.toUpperCase()), ...cells];
    this.isBegun = true;
    for (const line of cells) {
      line.forEach((text, n) => {
        this.widths[n] = Math.max(this.widths[n] ?? 0, lengthOf(text));
      });
    }
    return all.map((line) =>
      line
        .map((text, n) =>
          n === line.length - 1 ? text : text + ' '.repeat((this.widths[n] ?? 0) - lengthOf(text)),
        )
        .join(GAP),
    );
  }
}

/** One object, one property a line. */
export function propertyLines(thing: Row): string[] {
  const names = Object.keys(thing);
  const width = Math.max(0, ...names.map((name) => name.length));
  return names.map((name) => `${name.padEnd(width)}${GAP}${cell(thing[name])}`);
}

const lengthOf = (text: string): number => [...text].length;
