import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Settings } from '../config/settings.js';
import { Statements } from '../database/statements.js';
import { errorFields } from '../failures/error-fields.js';
import { Metrics } from '../metrics/metrics.js';
import { NoncePartitions } from '../nonces/nonce-partitions.js';
import type { Sweep } from './sweep.js';
import { sweepsOf } from './sweeps.js';

/** A sweep rests nine times as long as it works, so that it uses a tenth of one connection. */
const REST_PER_WORK = 9;
/** Replicas that started together do not sweep at the same time. */
const JITTER = 0.5;

/**
 * Deletes expired rows, in the background and in small batches. Every replica does so; concurrent batches skip each
 * other's locked rows.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Sweeper');
  private readonly sweeps: readonly Sweep[];
  private readonly stop = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: Settings,
    statements: Statements,
    partitions: NoncePartitions,
    private readonly metrics: Metrics,
  ) {
    const { tokenRetentionDays: tokenDays, eventsRetentionDays: eventDays } = settings;
    this.sweeps = sweepsOf(statements, partitions, { tokenDays, eventDays });
  }

  onApplicationBootstrap(): void {
    if (this.settings.sweepIntervalSeconds > 0) this.running = this.runForEver();
  }

  /** Waits for the current batch, and begins no other. */
  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  /** Runs each sweep once. The failure of one sweep does not stop the others. */
  async sweepAll(): Promise<void> {
    let failures = 0;
    for (const sweep of this.sweeps) {
      try {
        await this.sweepOne(sweep);
      } catch (error) {
        failures += 1;
        this.metrics.sweepFailed(sweep.name);
        this.logger.warn('Cleanup task failed', { sweep: sweep.name, ...errorFields(error) });
      }
    }
    if (failures === 0 && !this.stop.signal.aborted) this.metrics.sweepDone();
  }

  private async sweepOne(sweep: Sweep): Promise<void> {
    const { name, full } = sweep;
    for (;;) {
      if (this.stop.signal.aborted) return;
      const startedAt = performance.now();
      const count = await sweep.batch();
      if (count > 0) this.metrics.rowsSwept(name, count);
      if (count < full) return;
      await this.rest((performance.now() - startedAt) * REST_PER_WORK);
    }
  }

  private async runForEver(): Promise<void> {
    const interval = this.settings.sweepIntervalSeconds * 1000;
    while (!this.stop.signal.aborted) {
      await this.rest(interval * (1 - JITTER / 2 + Math.random() * JITTER));
      if (!this.stop.signal.aborted) await this.sweepAll();
    }
  }

  private async rest(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.stop.signal, ref: false }).catch(
      () => undefined,
    );
  }
}
