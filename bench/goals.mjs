// The performance goals and whether they are met, from the results of the last full runs, for docs/performance.md.

const CONNECTIONS = 32;

/** One Markdown row for each goal. @param growth result of `npm run bench:growth`; undefined before the first run */
export function goalsTable(results, growth) {
  const rowOf = (job, server = 'service') =>
    results.find(
      (row) => row.server === server && row.job === job && row.connections === CONNECTIONS,
    );
  const of = (job, server) => rowOf(job, server)?.ratios ?? {};
  const two = 'service, two replicas';
  const ofOneProcess = (job) => hundredths(rowOf(job, two)?.perSecond / rowOf(job)?.perSecond);
  const atLeast = (least, measured) => goal(`at least ${least} ×`, measured, measured >= least);
  const atMost = (most, measured) => goal(`at most ${most} ×`, measured, measured <= most);
  const rows = [
    ['exchanges of one process, of the best peer', atLeast(4, of('exchange').ofBestPeer)],
    ['exchanges of two replicas, of the best peer', atLeast(4, of('exchange', two).ofBestPeer)],
    [
      'exchanges of one process, of one-statement transactions',
      atLeast(1, of('exchange').ofOneStatementTransactions),
    ],
    ['signed requests of one process, of the best peer', atLeast(4, of('resource').ofBestPeer)],
    [
      'signed requests of two replicas, of the best peer',
      atLeast(4, of('resource', two).ofBestPeer),
    ],
    ['accepts of two replicas, of one process', atLeast(1.4, ofOneProcess('accept'))],
    ['mints of two replicas, of one process', atLeast(1.4, ofOneProcess('mint'))],
    ['processor time of an echo, of an Express hello', atMost(1.3, of('resource').cpuOfExpress)],
    ['processor time of a verdict, of an Express hello', atMost(1.3, of('verify').cpuOfExpress)],
    ...(growth ? growthRows(growth, atLeast, atMost) : []),
  ];
  return [
    '| what | goal | measured | |',
    '| --- | --- | --- | --- |',
    ...rows.map(([what, row]) => `| ${what} | ${row} |`),
  ].join('\n');
}

function growthRows({ growth, sweeping }, atLeast, atMost) {
  return [
    ...growth.flatMap(({ job, perSecondRatio, p99Ratio }) => [
      [`${job}, rate among ten million`, atLeast(0.9, perSecondRatio)],
      [`${job}, p99 among ten million`, atMost(1.1, p99Ratio)],
    ]),
    ...sweeping.map(({ job, p99Ratio }) => [`${job}, p99 beside a sweep`, atMost(1.2, p99Ratio)]),
  ];
}

const hundredths = (ratio) => (Number.isNaN(ratio) ? undefined : Math.round(ratio * 100) / 100);

const goal = (wanted, measured, isMet) =>
  measured === undefined
    ? `${wanted} | not measured |`
    : `${wanted} | ${measured} × | ${isMet ? 'met' : '**missed**'}`;
