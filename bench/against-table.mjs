// Where the goals beside another revision stand, from bench/results/against.json: docs/performance.md shows it.

const CONNECTIONS = 32;
/** For each job at 32 connections: the figure, whether more of it is better, and the goal. */
const GOALS = [
  ['echo', 'serviceCpuMicroseconds', 0.6],
  ['verify', 'serviceCpuMicroseconds', 0.45],
  ['exchange', 'serviceCpuMicroseconds', 0.65],
  ['echo', 'perSecond', 1.6],
  ['verify', 'perSecond', 2],
  ['exchange', 'perSecond', 1.4],
  ['initiate', 'perSecond', 2],
  ['accept', 'perSecond', 8],
  ['accept', 'p50Ms', 0.15],
  ['mint', 'perSecond', 8],
  ['mint', 'p50Ms', 0.15],
  ['dance', 'perSecond', 4],
];
const NAMES = { serviceCpuMicroseconds: 'processor time', perSecond: 'rate', p50Ms: 'p50' };

/** Two tables as Markdown: what was measured, and each goal. @param report undefined before the first run */
export function againstTable(report) {
  if (!report) return 'Not measured yet.';
  const { against, commit, madeAt, plan, results, machine } = report;
  const told = ({ ratio, quartiles }) => `${ratio} × (${quartiles.join(' to ')})`;
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
      '| what, at 32 connections | goal | measured | |',
      '| --- | --- | --- | --- |',
      ...GOALS.map(([job, figure, goal]) => goalRow(results, job, figure, goal)),
    ].join('\n'),
  ].join('\n\n');
}

function goalRow(results, job, figure, goal) {
  const isRate = figure === 'perSecond';
  const measured = results.find((row) => row.job === job && row.connections === CONNECTIONS)?.[
    figure
  ].ratio;
  const wanted = `at ${isRate ? 'least' : 'most'} ${goal} ×`;
  if (measured === undefined) return `| ${job}, ${NAMES[figure]} | ${wanted} | not measured | |`;
  const isMet = isRate ? measured >= goal : measured <= goal;
  return `| ${job}, ${NAMES[figure]} | ${wanted} | ${measured} × | ${isMet ? 'met' : '**missed**'} |`;
}
