// docs/performance.md and its plot, made from the results; what is said around them stands in
// performance-page.md beside this file.
import { readFileSync, writeFileSync } from 'node:fs';
import { plot } from './plot.mjs';
import { markdownTable } from './table.mjs';

const here = (name) => new URL(name, import.meta.url);

/** Writes the page; run alone, from the results of the last full run. */
export function writePage(report) {
  const { machine, madeAt, commit, plan, results } = report;
  const facts = {
    machine: `${machine.processors} × ${machine.model}, ${machine.memoryGigabytes} GB, Node ${machine.node}`,
    database: machine.database.version.split(' on ')[0],
    durability: `fsync ${machine.database.fsync}, synchronous_commit ${machine.database.synchronousCommit}`,
    made: `${madeAt.slice(0, 10)}, commit ${commit}, median of ${plan.rounds} rounds of ${plan.seconds} s`,
    table: markdownTable(results),
  };
  const page = readFileSync(here('performance-page.md'), 'utf8').replace(
    /\{\{(\w+)\}\}/g,
    (_, name) => facts[name],
  );
  writeFileSync(here('../docs/performance.md'), page);
  writeFileSync(here('../docs/performance.svg'), plot(results));
}

if (process.argv[1] === here('page.mjs').pathname) {
  writePage(JSON.parse(readFileSync(here('results/latest.json'), 'utf8')));
}
