// Summarizes the rounds of a run in one row for each server, job and number of connections.
import { wrongAnswers } from './measure.mjs';

const MIDDLE_OF = [
  'perSecond',
  'p50Ms',
  'p95Ms',
  'p99Ms',
  'serviceCpuMicroseconds',
  'databaseCpuMicroseconds',
  'loadCpuMicroseconds',
  'memoryMegabytes',
];

const ceilingOf = { exchange: 'exchange', resource: 'resource', verify: 'resource' };

/** Medians, with the ratios that the goals use. */
export function summarize(measurements) {
  const groups = Map.groupBy
    ? Map.groupBy(measurements, keyOf)
    : measurements.reduce(
        (map, one) => map.set(keyOf(one), [...(map.get(keyOf(one)) ?? []), one]),
        new Map(),
      );
  const rows = [...groups.values()].map((rounds) => {
    const { server, job, connections, isPeer } = rounds[0];
    const rates = rounds.map(({ perSecond }) => perSecond);
    return {
      server,
      job,
      connections,
      isPeer,
      rounds: rounds.length,
      ...Object.fromEntries(MIDDLE_OF.map((name) => [name, middle(rounds, name)])),
      lowestPerSecond: Math.round(Math.min(...rates)),
      highestPerSecond: Math.round(Math.max(...rates)),
      wrongAnswers: rounds.reduce((sum, round) => sum + wrongAnswers(round), 0),
    };
  });
  return rows.map((row) => ({ ...row, ratios: ratiosOf(row, rows) }));
}

const keyOf = ({ server, job, connections }) => `${server}|${job}|${connections}`;

function middle(rounds, name) {
  const values = rounds.map((round) => round[name]).filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  const value = values.sort((a, b) => a - b)[values.length >> 1];
  return name === 'perSecond' ? Math.round(value) : Math.round(value * 100) / 100;
}

function ratiosOf(row, rows) {
  if (!row.server.startsWith('service')) return undefined;
  const beside = (server, job) =>
    rows.find(
      (other) =>
        other.server === server && other.job === job && other.connections === row.connections,
    );
  const share = (value, other) =>
    value && other ? Math.round((value / other) * 100) / 100 : undefined;
  const peers = rows.filter(
    ({ isPeer, job, connections }) =>
      isPeer && job === ceilingOf[row.job] && connections === row.connections,
  );
  const express = beside('Express', 'hello');
  return {
    ofOneStatementTransactions: share(
      row.perSecond,
      beside('PostgreSQL, one statement a transaction', ceilingOf[row.job])?.perSecond,
    ),
    ofBestPeer: share(row.perSecond, Math.max(0, ...peers.map(({ perSecond }) => perSecond))),
    ofExpress: share(row.perSecond, express?.perSecond),
    cpuOfExpress: share(row.serviceCpuMicroseconds, express?.serviceCpuMicroseconds),
  };
}
