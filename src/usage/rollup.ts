import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { VERSION } from '../config/version.js';
import { Statements } from '../database/statements.js';
import { errorFields } from '../failures/error-fields.js';
import type { AnsweredRequest } from '../http/request-observer.js';
import { VerdictCounts } from './verdict-counts.js';

const WRITE_INTERVAL_MS = 5_000;
/** At most a few megabytes of memory between two writes. */
const ROOM = { consumers: 10_000, claimed: 1_000 };
const NAME_MAX = 64;

/** SQL expression for the sum of two JSON objects of counts, code by code. */
const summed = (one: string, other: string) => `(
    SELECT jsonb_object_agg(code, times) FROM (
      SELECT code, sum(times::bigint) AS times
      FROM (SELECT * FROM jsonb_each_text(${one}) UNION ALL SELECT * FROM jsonb_each_text(${other}))
        AS counted (code, times)
      GROUP BY code) AS both_of_them)`;

// Every replica sends the same single statement, so that all lock the rows in the same order.
const NOTE_VERDICTS = {
  name: 'note-verdicts',
  text: `
    WITH service AS (
      INSERT INTO verdict_minutes AS m (minute, counts)
      SELECT date_trunc('minute', now()), $4::jsonb WHERE $4::jsonb <> '{}'
      ON CONFLICT (minute) DO UPDATE SET counts = ${summed('m.counts', 'excluded.counts')}
    ), consumers_of_today AS (
      INSERT INTO consumer_verdict_days AS d (consumer_key, day, counts)
      SELECT consumer_key, (now() AT TIME ZONE 'UTC')::date, counts
      FROM unnest($5::text[], $6::jsonb[]) AS seen (consumer_key, counts)
      WHERE EXISTS (SELECT FROM consumers c WHERE c.consumer_key = seen.consumer_key)
      ON CONFLICT (consumer_key, day) DO UPDATE SET counts = ${summed('d.counts', 'excluded.counts')}
    )
    INSERT INTO replicas (id, name, version, started_at, last_wrote_at)
    VALUES ($1, $2, $3, now(), now())
    ON CONFLICT (id) DO UPDATE SET last_wrote_at = excluded.last_wrote_at`,
};

const FORGET_REPLICA = {
  name: 'forget-replica',
  text: 'DELETE FROM replicas WHERE id = $1',
};

/**
 * Counts verdicts by minute, and by consumer and day (decision 0058), for the console. A request only increments
 * counters in memory. Every few seconds each replica writes its counts in one statement, which also records that the
 * replica is running. The figures are approximate: counts that cannot be written are dropped, so that they need no
 * memory while the database is unavailable.
 */
@Injectable()
export class Rollup implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(Rollup.name);
  private readonly counts = new VerdictCounts(ROOM);
  private readonly replicaId = randomUUID();
  private readonly name = hostname().slice(0, NAME_MAX);
  private writing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly statements: Statements) {}

  /** Counts the request if it resulted in a verdict. */
  count(answered: AnsweredRequest): void {
    const { isVerdict, problem, status } = answered;
    const isServed = status >= 200 && status < 300;
    if (isVerdict && (problem !== undefined || isServed)) this.counts.add(answered);
  }

  /** Writes the counts. Concurrent calls share one write. If it fails, the counts are dropped. */
  write(): Promise<void> {
    this.writing ??= this.writeOnce().finally(() => (this.writing = undefined));
    return this.writing;
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.write(), WRITE_INTERVAL_MS);
    this.timer.unref();
  }

  /** Deletes the replica's row at shutdown, so that the replica does not appear as missing. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.write();
    await this.tried(() => this.statements.run(FORGET_REPLICA, [this.replicaId]));
  }

  private async writeOnce(): Promise<void> {
    const { service, consumers } = this.counts.take();
    await this.tried(() =>
      this.statements.run(NOTE_VERDICTS, [
        this.replicaId,
        this.name,
        VERSION,
        JSON.stringify(service),
        consumers.map(([key]) => key),
        consumers.map(([, counts]) => JSON.stringify(counts)),
      ]),
    );
  }

  private async tried(send: () => Promise<unknown>): Promise<void> {
    try {
      await send();
    } catch (error) {
      this.logger.debug('Writing the rollup of verdicts failed', errorFields(error));
    }
  }
}
