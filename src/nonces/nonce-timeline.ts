import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { exactNumber } from '../database/exact-number.js';
import { Statements } from '../database/statements.js';
import { untilAvailable } from '../database/until-available.js';
import { errorFields } from '../failures/error-fields.js';
import { TIMELINE } from './nonce-claim.js';

/** No claim is made from a fail-over until it is noticed. */
const LOOK_INTERVAL_MS = 500;
/** Until the horizon has passed, so that who signs anew is not refused. */
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
 * Notices a promoted standby, or a restored backup, by the timeline of PostgreSQL's log. Replication may be
 * asynchronous, so nonces that were claimed shortly before may be unknown there: none with a timestamp from before
 * is accepted any more. The statement that claims looks at the timeline itself, and fails until this has been done.
 */
@Injectable()
export class NonceTimeline implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Nonces');
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly statements: Statements) {}

  /** Before the first request. */
  async onModuleInit(): Promise<void> {
    await untilAvailable(() => this.look());
    this.lookLater();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Moves the horizon, and adopts the timeline, where it is another one. @throws StoreUnavailable */
  private async look(): Promise<void> {
    const [found] = await this.statements.run<{ isSame: boolean }>(LOOK);
    if (found?.isSame !== false) return;
    const [forgotten] = await this.statements.run<Forgotten>(FORGET);
    // Another replica has adopted it meanwhile.
    if (forgotten === undefined) return;
    await sleep(HORIZON_PASSES_MS);
    // One that came in the meantime has its own claims to forget.
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
