// The results of a comparison with another revision as tables for docs/performance.md, from
// bench/results/against.json.

/**
 * For each job: the figure, the goal, and the number of connections. `perSecond` is better if higher, the others if
 * lower.
 */
const GOALS = [
  ['echo', 'serviceCpuMicroseconds', 0.6, 32],
  ['verify', 'serviceCpuMicroseconds', 0.45, 32],
  ['exchange', 'serviceCpuMicroseconds', 0.65, 32],
  ['echo', 'perSecond', 1.6, 32],
  ['verify', 'perSecond', 2, 32],
  ['exchange', 'perSecond', 1.4, 32],
  ['initiate', 'perSecond', 2, 32],
  ['accept', 'perSecond', 8, 32],
  ['accept', 'p50Ms', 0.15, 32],
  ['mint', 'perSecond', 8, 32],
  ['mint', 'p50Ms', 0.15, 32],
  ['dance', 'perSecond', 4, 32],
  ['echo', 'p50Ms', 0.65, 1],
  ['verify', 'p50Ms', 0.6, 1],
  ['exchange', 'p50Ms', 0.6, 1],
];
const NAMES = { serviceCpuMicroseconds: 'processor time', perSecond: 'rate', p50Ms: 'p50' };

/** Two Markdown tables: the measurements, and each goal. @param report undefined before the first run */
export function againstTable(report) {
  if (!report) return 'Not measured yet.';
  const { against, commit, madeAt, plan, results, machine } = report;
  const told = (figure) =>
    figure ? `${figure.ratio} × (${figure.quartiles.join(' to ')})` : `${against} refuses`;
  return [
    `${madeAt.slice(0, 10)}, commit ${commit} as a multiple of ${against}, Node ${machine.node}: medians of ${plan.rounds} rounds of ${plan.seconds} s, with the ` +
      'quartiles of the rounds.',
    [
      '| job | connections | rate | p50 | p99 | processor time of the service |',
      '| --- | --- | --- | --- | --- | --- |',
      ...results.map(
        (row) =>
          `| ${row.job} | ${row.connections} | ${told(row.perSecond)} | ${told(row.p50Ms)} | ${told(row.p99Ms)} ` +
          `| ${told(row.serviceCpuMicroseconds)} |`,
      ),
    ].join('\n'),
    [
      '| what | connections | goal | measured | |',
      '| --- | --- | --- | --- | --- |',
      ...GOALS.map((goal) => goalRow(results, ...goal)),
    ].join('\n'),
  ].join('\n\n');
}

function goalRow(results, job, figure, goal, connections) {
  const isRate = figure === 'perSecond';
  const measured = results.find((row) => row.job === job && row.connections === connections)?.[
    figure
  ]?.ratio;
  const wanted = `at ${isRate ? 'least' : 'most'} ${goal} ×`;
  if (measured === undefined)
    return `| ${job}, ${NAMES[figure]} | ${connections} | ${wanted} | not measured | |`;
  const isMet = isRate ? measured >= goal : measured <= goal;
  return `| ${job}, ${NAMES[figure]} | ${connections} | ${wanted} | ${measured} × | ${isMet ? 'met' : '**missed**'} |`;
}
