import { millisecondsAt } from '../../usage/duration-buckets.js';
import { STEP_MINUTES, sumOf, type Replica, type ServiceStep } from '../../usage/usage-figures.js';
import type { Counts } from '../../usage/verdict-counts.js';
import type { Block, ChartBlock } from '../blocks.js';
import { shownTime } from '../lists.js';
import type { Texts } from '../texts/english.js';
import { drawn } from './chart.js';
import { refusalRows, refusedOf } from './refusals.js';

const STEPS_IN_A_ROW = 60 / STEP_MINUTES;
/** Readers could not distinguish a fifth line from the others. */
const PROBLEMS_DRAWN = 4;

/** One line of a chart: computes a value from the counts of some minutes. */
interface Measure {
  readonly name: string;
  readonly of: (counts: Counts, minutes: number) => number | undefined;
}

/** The data that all charts of the day share. */
interface Charted {
  readonly steps: readonly ServiceStep[];
  readonly hours: readonly ServiceStep[];
  readonly number: Intl.NumberFormat;
  readonly figures: Texts['figures'];
}

/** The last day of the service: rates, reasons for refusals, latency. */
export function serviceBlocks(steps: readonly ServiceStep[], texts: Texts): Block[] {
  const { figures } = texts;
  const hours = hoursOf(steps);
  const day = sumOf(hours.map(({ counts }) => counts));
  const refusals = refusalRows(day);
  if ((day['served'] ?? 0) + refusedOf(day) === 0) {
    return [
      { is: 'heading', text: figures.day },
      { is: 'text', text: figures.none },
    ];
  }
  const perMinute = (name: string, of: (counts: Counts) => number): Measure => ({
    name,
    of: (counts, minutes) => of(counts) / minutes,
  });
  const quantile = (name: string, part: number): Measure => ({
    name,
    of: (counts) => millisecondsAt(counts, part),
  });
  const number = new Intl.NumberFormat(texts.lang, { maximumSignificantDigits: 3 });
  const chart = (caption: string, measures: readonly Measure[]) =>
    chartOf(caption, measures, { steps, hours, number, figures });
  const problems = refusals.filter(({ isHint }) => !isHint).slice(0, PROBLEMS_DRAWN);
  return [
    { is: 'heading', text: figures.day },
    chart(figures.verdicts, [
      perMinute(figures.served, (counts) => counts['served'] ?? 0),
      perMinute(figures.refused, refusedOf),
    ]),
    ...(problems.length === 0
      ? []
      : [
          chart(
            figures.problems,
            problems.map(({ code }) => perMinute(code, (counts) => counts[code] ?? 0)),
          ),
        ]),
    chart(figures.durations, [quantile('p50', 0.5), quantile('p95', 0.95)]),
    { is: 'heading', text: figures.why },
    {
      is: 'table',
      caption: figures.why,
      columns: figures.whyColumns,
      rows: refusals.map(({ cell, times }) => [cell, String(times)]),
      none: figures.noRefusals,
    },
  ];
}

/** The replicas, as far as the rows that they write show them. */
export function replicaBlocks(replicas: readonly Replica[], texts: Texts): Block[] {
  const { figures } = texts;
  return [
    { is: 'heading', text: figures.replicas },
    { is: 'text', text: figures.replicasIntro, soft: true },
    {
      is: 'table',
      caption: figures.replicas,
      columns: figures.replicaColumns,
      rows: replicas.map(({ name, version, startedAt, lastWroteAt, writes }) => [
        name,
        version,
        shownTime(startedAt),
        shownTime(lastWroteAt),
        writes
          ? { text: figures.writes, mark: 'good' as const }
          : { text: figures.silent, mark: 'bad' as const },
      ]),
      none: figures.noReplicas,
    },
  ];
}

function chartOf(
  caption: string,
  measures: readonly Measure[],
  { steps, hours, number, figures }: Charted,
): ChartBlock {
  const shown = (value: number | undefined) => (value === undefined ? '–' : number.format(value));
  const { top, ...drawing } = drawn(
    measures.map(({ name, of }) => ({
      name,
      values: steps.map(({ counts, minutes }) => of(counts, minutes)),
    })),
  );
  const rows = hours.map(({ at, counts, minutes }) => [
    `${at.toISOString().slice(11, 16)}\u00a0UTC`,
    ...measures.map(({ of }) => shown(of(counts, minutes))),
  ]);
  const [first, last] = [steps[0], steps.at(-1)];
  return {
    ...drawing,
    is: 'chart',
    caption,
    label: figures.chartLabel(caption, measures.map(({ name }) => name).join(', '), shown(top)),
    top: shown(top),
    from: first ? shownTime(first.at) : '',
    to: last ? shownTime(last.at) : '',
    table: {
      summary: figures.asTable(caption),
      columns: [figures.from, ...measures.map(({ name }) => name)],
      rows,
    },
  };
}

/** Merges the steps of each hour. */
function hoursOf(steps: readonly ServiceStep[]): ServiceStep[] {
  const firsts = steps.filter((_, n) => n % STEPS_IN_A_ROW === 0);
  return firsts.map(({ at }, row) => {
    const within = steps.slice(row * STEPS_IN_A_ROW, (row + 1) * STEPS_IN_A_ROW);
    return {
      at,
      minutes: within.reduce((sum, { minutes }) => sum + minutes, 0),
      counts: sumOf(within.map(({ counts }) => counts)),
    };
  });
}
