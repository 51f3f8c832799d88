import { Injectable } from '@nestjs/common';
import { Statements } from '../database/statements.js';
import type { Counts } from './verdict-counts.js';

/** The length of one step of the last day. */
export const STEP_MINUTES = 10;
/** A replica that has not written for this long is considered gone: it has missed six writes. */
const SILENT_SECONDS = 30;
const REPLICAS_MAX = 50;

/** The counts of the whole service in one step. */
export interface ServiceStep {
  readonly at: Date;
  /** How many minutes of the step have begun; fewer than STEP_MINUTES only in the last step. */
  readonly minutes: number;
  readonly counts: Counts;
}

/** The counts of one consumer on one day. */
export interface ConsumerDay {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  readonly counts: Counts;
}

/** A process that writes counts, or wrote them recently. */
export interface Replica {
  /** The host name. */
  readonly name: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly lastWroteAt: Date;
  /** Whether the replica has written recently enough to be considered running. */
  readonly writes: boolean;
}

const STEP = `interval '${STEP_MINUTES} minutes'`;
const stepOf = (moment: string) =>
  `to_timestamp(floor(extract(epoch FROM ${moment}) / ${STEP_MINUTES * 60}) * ${STEP_MINUTES * 60})`;

const LAST_DAY = {
  name: 'verdicts-of-last-day',
  text: `
    SELECT at, coalesce(counts, '{}') AS counts,
      least(${STEP_MINUTES}, floor(extract(epoch FROM now() - at) / 60) + 1)::int AS minutes
    FROM generate_series(${stepOf('now()')} - interval '1 day' + ${STEP}, now(), ${STEP}) AS step (at)
    LEFT JOIN (
      SELECT at, jsonb_object_agg(code, times) AS counts FROM (
        SELECT at, code, sum(times::bigint) AS times
        FROM (
          -- Kept apart, or the step would be reckoned anew for each code.
          SELECT ${stepOf('minute')} AS at, counts
          FROM verdict_minutes WHERE minute > now() - interval '1 day' OFFSET 0) AS minutes,
          jsonb_each_text(counts) AS counted (code, times)
        GROUP BY at, code) AS by_code
      GROUP BY at) AS counted USING (at)
    ORDER BY at`,
};

const CONSUMER_DAYS = {
  name: 'verdicts-of-consumer',
  text: `
    SELECT to_char((now() AT TIME ZONE 'UTC')::date - ago, 'YYYY-MM-DD') AS day, coalesce(counts, '{}') AS counts
    FROM generate_series(0, 6) AS ago
    LEFT JOIN consumer_verdict_days d
      ON d.consumer_key = $1 AND d.day = (now() AT TIME ZONE 'UTC')::date - ago
    ORDER BY ago DESC`,
};

const REPLICAS = {
  name: 'list-replicas',
  text: `
    SELECT name, version, started_at AS "startedAt", last_wrote_at AS "lastWroteAt",
      last_wrote_at > now() - interval '${SILENT_SECONDS} seconds' AS writes
    FROM replicas ORDER BY name, started_at LIMIT ${REPLICAS_MAX}`,
};

/** Reads what the replicas wrote (rollup.ts). */
@Injectable()
export class UsageFigures {
  constructor(private readonly statements: Statements) {}

  /** The steps of the last 24 hours for the whole service, oldest first. @throws StoreUnavailable */
  lastDay(): Promise<ServiceStep[]> {
    return this.statements.run<ServiceStep>(LAST_DAY);
  }

  /** The counts of today and the six days before, oldest first. @throws StoreUnavailable */
  weekOf(consumerKey: string): Promise<ConsumerDay[]> {
    return this.statements.run<ConsumerDay>(CONSUMER_DAYS, [consumerKey]);
  }

  /** The replicas that wrote within the last hour, by name. @throws StoreUnavailable */
  replicas(): Promise<Replica[]> {
    return this.statements.run<Replica>(REPLICAS);
  }
}

/** The sum of several counts, code by code. */
export function sumOf(several: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const counts of several) {
    for (const [code, times] of Object.entries(counts)) sum[code] = (sum[code] ?? 0) + times;
  }
  return sum;
}
