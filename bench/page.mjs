// Generates docs/performance.md and its plot from the results. The surrounding text is in performance-page.md in this
// folder.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { againstTable } from './against-table.mjs';
import { goalsTable } from './goals.mjs';
import { plot } from './plot.mjs';
import { markdownTable } from './table.mjs';

const here = (name) => new URL(name, import.meta.url);

/** Writes the page. Run as a program, it uses the results of the last full run. */
export function writePage(report) {
  const { machine, madeAt, commit, plan, results } = report;
  const facts = {
    machine: `${machine.processors} × ${machine.model}, ${machine.memoryGigabytes} GB, Node ${machine.node}`,
    database: machine.database.version.split(' on ')[0],
    durability: `fsync ${machine.database.fsync}, synchronous_commit ${machine.database.synchronousCommit}`,
    made: `${madeAt.slice(0, 10)}, commit ${commit}, median of ${plan.rounds} rounds of ${plan.seconds} s`,
    table: markdownTable(results),
    goals: goalsTable(results, reportOf('growth')),
    growth: growthSection(reportOf('growth')),
    against: againstTable(reportOf('against')),
  };
  const page = readFileSync(here('performance-page.md'), 'utf8').replace(
    /\{\{(\w+)\}\}/g,
    (_, name) => facts[name],
  );
  writeFileSync(here('../docs/performance.md'), page);
  writeFileSync(here('../docs/performance.svg'), plot(results));
}

/** Writes the page again from the results of the last full runs. */
export const rewritePage = () =>
  writePage(JSON.parse(readFileSync(here('results/latest.json'), 'utf8')));

/** The last results of this name; undefined before the first run. */
function reportOf(name) {
  const file = here(`results/${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** The results of `npm run bench:growth` as two tables. */
function growthSection(report) {
  if (!report) return 'Not measured yet.';
  const { growth, sweeping, madeAt, commit, rounds, seconds } = report;
  const table = (rows, world, beside) =>
    [
      `| job | per second, ${beside} | ${world} | ratio | p99 ms, ${beside} | ${world} | ratio |`,
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...rows.map(
        (row) =>
          `| ${row.job} | ${row.perSecondBeside} | ${row.perSecond} | ${row.perSecondRatio} × ` +
          `| ${row.p99MsBeside.toFixed(1)} | ${row.p99Ms.toFixed(1)} | ${row.p99Ratio} × |`,
      ),
    ].join('\n');
  return [
    `${madeAt.slice(0, 10)}, commit ${commit}, 32 connections, medians of ${rounds} rounds of ${seconds} s, both in turn.`,
    table(growth, 'full', 'empty'),
    'And on the full database while there is something to sweep, beside when there is not:',
    table(sweeping, 'sweeping', 'not'),
  ].join('\n\n');
}

if (process.argv[1] === here('page.mjs').pathname) rewritePage();
