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
 * The database's clock, carried by the process.
 *
 * Every replica judges `oauth_timestamp` (RFC 5849 section 3.3) and forgets nonces by one clock.
 * Were it each machine's own, two machines minutes apart would disagree on the window, and one
 * could take a request again whose nonce the other has let go. The database is the one place they
 * share. Asking it on every request costs a round trip; so its distance from this process's
 * monotonic clock, which nobody sets, is measured at the start and every ten seconds after.
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
   * Measures the distance. The answer was made somewhere within the round trip, its middle is
   * the guess, and the shortest of a few trips errs the least.
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

  /** The old distance stays good for a long while, so a failure here is no news. */
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
