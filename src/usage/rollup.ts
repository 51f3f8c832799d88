import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { VERSION } from '../config/version.js';
import { Statements } from '../database/statements.js';
import { errorFields } from '../failures/error-fields.js';
import type { AnsweredRequest } from '../http/request-observer.js';
import { VerdictCounts } from './verdict-counts.js';

const WRITE_INTERVAL_MS = 5_000;
/** A few megabytes of memory at most, between two writings. */
const ROOM = { consumers: 10_000, claimed: 1_000 };
const NAME_MAX = 64;

/** The sum of two objects of counts, code by code. */
const summed = (one: string, other: string) => `(
    SELECT jsonb_object_agg(code, times) FROM (
      SELECT code, sum(times::bigint) AS times
      FROM (SELECT * FROM jsonb_each_text(${one}) UNION ALL SELECT * FROM jsonb_each_text(${other}))
        AS counted (code, times)
      GROUP BY code) AS both_of_them)`;

// One statement, and the same everywhere: replicas take its rows in one order.
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
 * Adds up verdicts by minute, and by consumer and day (decision 0058), for staff to look at. It costs a request
 * nothing but counting: every few seconds each replica writes in one statement what has gathered, and with it
 * that it is there. These are figures and no promises: what cannot be written is dropped, so that a database
 * out of reach takes no memory.
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

  /** Counts what gave a verdict, and nothing else. */
  count(answered: AnsweredRequest): void {
    const { isVerdict, problem, status } = answered;
    const isServed = status >= 200 && status < 300;
    if (isVerdict && (problem !== undefined || isServed)) this.counts.add(answered);
  }

  /** Writes what has gathered; while that lasts, whoever asks waits for the same. Failing, it is dropped. */
  write(): Promise<void> {
    this.writing ??= this.writeOnce().finally(() => (this.writing = undefined));
    return this.writing;
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.write(), WRITE_INTERVAL_MS);
    this.timer.unref();
  }

  /** A replica that ends in order is not missed. */
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
