// The results as tables, for the terminal and for docs/performance.md.

const show = (value) => (value === undefined ? '' : String(value));
const times = (value) => (value === undefined ? '' : `${value} ×`);

const COLUMNS = [
  ['server', ({ server }) => server],
  ['job', ({ job }) => job],
  ['connections', ({ connections }) => show(connections)],
  ['per second', ({ perSecond }) => show(perSecond)],
  ['p50 ms', ({ p50Ms }) => show(p50Ms)],
  ['p95 ms', ({ p95Ms }) => show(p95Ms)],
  ['p99 ms', ({ p99Ms }) => show(p99Ms)],
  ['CPU µs', ({ serviceCpuMicroseconds }) => show(serviceCpuMicroseconds)],
  ['database CPU µs', ({ databaseCpuMicroseconds }) => show(databaseCpuMicroseconds)],
  ['load CPU µs', ({ loadCpuMicroseconds }) => show(loadCpuMicroseconds)],
  ['MB', ({ memoryMegabytes }) => show(memoryMegabytes)],
  ['of one-statement', ({ ratios }) => times(ratios?.ofOneStatementTransactions)],
  ['of best peer', ({ ratios }) => times(ratios?.ofBestPeer)],
  ['CPU of Express', ({ ratios }) => times(ratios?.cpuOfExpress)],
  ['wrong', ({ wrongAnswers }) => show(wrongAnswers || undefined)],
];

const cells = (results) => [
  COLUMNS.map(([title]) => title),
  ...results.map((row) => COLUMNS.map(([, value]) => value(row))),
];

/** Prints aligned columns to standard output. */
export function printTable(results) {
  const rows = cells(results);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    process.stdout.write(
      `${row
        .map((cell, n) => cell.padEnd(widths[n]))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}

/** A Markdown table. */
export function markdownTable(results) {
  const [titles, ...rows] = cells(results).map((row) => `| ${row.join(' | ')} |`);
  return [titles, `|${' --- |'.repeat(COLUMNS.length)}`, ...rows].join('\n');
}
