import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { errorFields } from '../failures/error-fields.js';
import { exactNumber } from './exact-number.js';
import { Statements } from './statements.js';
import { untilAvailable } from './until-available.js';
import { StoreUnavailable } from '../failures/store-unavailable.js';

const NOW = {
  name: 'database_clock_now',
  text: `SELECT ${exactNumber('extract(epoch FROM clock_timestamp())')} AS "nowSeconds"`,
};

const SAMPLES = 3;
const RENEWAL_INTERVAL_MS = 10_000;

/**
 * The database's clock, estimated in this process.
 *
 * Every replica checks `oauth_timestamp` (RFC 5849 section 3.3) and forgets nonces by this one clock. If each machine
 * used its own clock, two machines whose clocks differ by minutes would disagree on the window, and one could accept
 * a repeated request whose nonce the other has forgotten. All replicas share the database. A query for each request
 * would cost a round trip, so this class measures the offset of the database's clock from this process's monotonic
 * clock, which no one can set, at startup and every ten seconds.
 */
@Injectable()
export class DatabaseClock implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(DatabaseClock.name);
  private offsetSeconds: number | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly statements: Statements) {}

  /** Seconds since 1970, with fractions, by the database's clock. @throws StoreUnavailable before `sync()`. */
  nowSeconds(): number {
    if (this.offsetSeconds === undefined) {
      throw new StoreUnavailable();
    }
    return this.offsetSeconds + monotonicSeconds();
  }

  /**
   * Measures the offset. The server reads its clock at some time within the round trip, so the estimate uses the
   * middle of the shortest of a few round trips, which has the smallest error.
   */
  async sync(): Promise<void> {
    let shortestSeconds = Number.POSITIVE_INFINITY;
    let offsetSeconds = this.offsetSeconds;
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const asked = monotonicSeconds();
      const [answer] = await this.statements.run<{ nowSeconds: number }>(NOW, []);
      const answered = monotonicSeconds();
      if (answer !== undefined && answered - asked < shortestSeconds) {
        shortestSeconds = answered - asked;
        offsetSeconds = answer.nowSeconds - (asked + answered) / 2;
      }
    }
    this.offsetSeconds = offsetSeconds;
  }

  async onModuleInit(): Promise<void> {
    await untilAvailable(() => this.sync());
    this.timer = setInterval(() => void this.renew(), RENEWAL_INTERVAL_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** The old offset stays accurate for a long time, so a failure is logged only at debug level. */
  private async renew(): Promise<void> {
    try {
      await this.sync();
    } catch (error) {
      this.logger.debug("Reading the database's clock failed", errorFields(error));
    }
  }
}

function monotonicSeconds(): number {
  return performance.now() / 1000;
}
