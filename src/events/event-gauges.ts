import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Gauge } from 'prom-client';
import { Settings } from '../config/settings.js';
import { errorFields } from '../failures/error-fields.js';
import { Metrics } from '../metrics/metrics.js';
import { EventLanes } from './event-lanes.js';

const LOOK_EVERY_MS = 5_000;

/** Gauges of the outbox. They are read from the database periodically, so that no scrape waits for the database. */
@Injectable()
export class EventGauges implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(EventGauges.name);
  private readonly lag: Gauge;
  private readonly dead: Gauge;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly lanes: EventLanes,
    { registry }: Metrics,
  ) {
    this.lag = new Gauge({
      name: 'oauth10_events_lag_seconds',
      help: 'For how long the oldest event that is not delivered yet has waited; 0: none waits.',
      registers: [registry],
    });
    this.dead = new Gauge({
      name: 'oauth10_event_dead_letters',
      help: 'Events that are not tried any more, and can be replayed until they are swept.',
      registers: [registry],
    });
  }

  onApplicationBootstrap(): void {
    if (!this.settings.events) return;
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => (this.looking = undefined));
    }, LOOK_EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    try {
      const backlog = await this.lanes.backlog();
      this.lag.set(Math.max(backlog?.lagSeconds ?? 0, 0));
      this.dead.set(backlog?.dead ?? 0);
    } catch (error) {
      this.logger.debug('Looking at the backlog of events failed', errorFields(error));
    }
  }
}
