import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { exactNumber } from '../database/exact-number.js';
import { Statements } from '../database/statements.js';
import { untilAvailable } from '../database/until-available.js';
import { errorFields } from '../failures/error-fields.js';
import { TIMELINE } from './nonce-claim.js';

/** After a failover, no claim succeeds until this replica has noticed it. */
const LOOK_INTERVAL_MS = 500;
/** Waits until the horizon has passed, so that a client that signs again is not refused. */
const HORIZON_PASSES_MS = 1_100;

const LOOK = {
  name: 'look-at-nonce-timeline',
  text: `SELECT timeline IS NOT DISTINCT FROM ${TIMELINE} AS "isSame" FROM nonce_horizon`,
};

const FORGET = {
  name: 'forget-nonces-of-other-timelines',
  text: `UPDATE nonce_horizon SET forgotten_before =
      greatest(forgotten_before, floor(extract(epoch FROM clock_timestamp()))::bigint + 1)
    WHERE timeline IS DISTINCT FROM ${TIMELINE} 
    RETURNING ${exactNumber('forgotten_before')} AS "forgottenBefore", ${TIMELINE} AS timeline`,
};

const ADOPT = {
  name: 'adopt-nonce-timeline',
  text: `UPDATE nonce_horizon SET timeline = ${TIMELINE}

    WHERE timeline IS DISTINCT FROM ${TIMELINE} AND ${TIMELINE} = $1 RETURNING 1`,
};

interface Forgotten {
  readonly forgottenBefore: number;
  readonly timeline: string;
}

/**
 * Detects a promoted standby or a restored backup by the timeline of PostgreSQL's write-ahead log. Replication may
 * be asynchronous, so the new primary may lack nonces that were claimed shortly before: earlier timestamps are no
 * longer accepted. The claiming statement checks the timeline itself, and fails until the new timeline is adopted.
 */
@Injectable()
export class NonceTimeline implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Nonces');
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly statements: Statements) {}

  /** Runs before the first request. */
  async onModuleInit(): Promise<void> {
    await untilAvailable(() => this.look());
    this.lookLater();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** If the timeline is a new one, moves the horizon and adopts the timeline. @throws StoreUnavailable */
  private async look(): Promise<void> {
    const [found] = await this.statements.run<{ isSame: boolean }>(LOOK);
    if (found?.isSame !== false) return;
    const [forgotten] = await this.statements.run<Forgotten>(FORGET);
    // Another replica has adopted it in the meantime.
    if (forgotten === undefined) return;
    await sleep(HORIZON_PASSES_MS);
    // If the timeline has changed again in the meantime, the next look moves the horizon again.
    const adopted = await this.statements.run(ADOPT, [forgotten.timeline]);
    if (adopted.length > 0) this.logger.warn('The database has a new timeline', { ...forgotten });
  }

  private lookLater(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.look()
        .catch((error: unknown) => {
          this.logger.debug("Looking at the database's timeline failed", errorFields(error));
        })
        .finally(() => this.lookLater());
    }, LOOK_INTERVAL_MS);
    this.timer.unref();
  }
}
