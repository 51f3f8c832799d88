import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { errorFields } from '../failures/error-fields.js';
import { Metrics } from '../metrics/metrics.js';
import type { StoredEvent } from './event.js';
import { EventLanes, LEASE_SECONDS, type FailedDelivery, type HeldLane } from './event-lanes.js';
import { failedDelivery } from './failed-delivery.js';
import { Webhook } from './webhook.js';

const LANES_AT_ONCE = 4;
/** How often a replica without deliveries looks for events. */
const LOOK_AGAIN_MS = 500;
const JITTER = 0.5;
/** A replica begins no delivery that could end later than this long before the end of its lease. */
const MARGIN_SECONDS = 2;
/** How long the shutdown waits for deliveries in progress. */
const LAST_DELIVERIES_MS = 3_000;
/** The shortest time between two warnings about failed deliveries. */
const QUIET_MS = 60_000;

interface Outcomes {
  readonly delivered: StoredEvent[];
  readonly failed: FailedDelivery[];
}

/**
 * Delivers the events of the outbox, in the background: at least once, and in order for each consumer. Replicas share
 * the work by lanes. An event is settled after its delivery, so if a replica stops in between, the event is delivered
 * again with the same id.
 */
@Injectable()
export class EventDeliveries implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Events');
  private readonly stop = new AbortController();
  private readonly abort = new AbortController();
  private readonly webhook: Webhook | undefined;
  private readonly underWay = new Set<Promise<void>>();
  private running: Promise<void> = Promise.resolve();
  private wake = (): void => undefined;
  private hasComplained = false;
  private quietUntilMs = 0;

  constructor(
    private readonly settings: Settings,
    private readonly lanes: EventLanes,
    private readonly clock: DatabaseClock,
    private readonly metrics: Metrics,
  ) {
    const { events } = settings;
    // Each delivery in progress adds a listener; the number of lanes limits them.
    setMaxListeners(0, this.abort.signal);
    this.webhook = events && new Webhook(events, this.abort.signal);
  }

  onApplicationBootstrap(): void {
    if (this.webhook) this.running = this.deliverForEver();
  }

  /**
   * Begins no new delivery, and waits a short time for those in progress. Events of aborted deliveries stay pending.
   */
  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    this.wake();
    const late = setTimeout(() => this.abort.abort(), LAST_DELIVERIES_MS);
    await this.running;
    clearTimeout(late);
    this.webhook?.close();
  }

  private async deliverForEver(): Promise<void> {
    while (!this.stop.signal.aborted) {
      const held = this.underWay.size < LANES_AT_ONCE ? await this.claim() : undefined;
      if (held) this.begin(held);
      else await this.rest();
    }
    await Promise.all(this.underWay);
  }

  private begin(held: HeldLane): void {
    const lane = this.deliverLane(held)
      .catch((error: unknown) => this.complain(error))
      .then(() => {
        this.underWay.delete(lane);
        this.wake();
      });
    this.underWay.add(lane);
  }

  private async claim(): Promise<HeldLane | undefined> {
    try {
      const held = await this.lanes.claim();
      this.hasComplained = false;
      return held;
    } catch (error) {
      this.complain(error);
      return undefined;
    }
  }

  private async deliverLane(held: HeldLane): Promise<void> {
    const events = await this.lanes.read(held);
    const outcomes: Outcomes = { delivered: [], failed: [] };
    const queues = queuesOf(events);
    await Promise.all(queues.map((queue) => this.deliverQueue(queue, held, outcomes)));
    await this.lanes.settle(held, outcomes.delivered, outcomes.failed);
  }

  /** Delivers the events of one consumer one after another, up to the first that fails. */
  private async deliverQueue(
    queue: readonly StoredEvent[],
    { sinceMs }: HeldLane,
    outcomes: Outcomes,
  ): Promise<void> {
    const { timeoutSeconds = 0 } = this.settings.events ?? {};
    const untilMs = sinceMs + (LEASE_SECONDS - timeoutSeconds - MARGIN_SECONDS) * 1000;
    for (const event of queue) {
      if (this.stop.signal.aborted || performance.now() > untilMs) return;
      const delivery = await this.webhook?.deliver(event, Math.floor(this.clock.nowSeconds()));
      if (!delivery || delivery.outcome === 'stopped') return;
      this.metrics.eventDelivery(delivery.outcome);
      if ('error' in delivery) {
        const failed = failedDelivery(event, delivery);
        outcomes.failed.push(failed);
        this.tell(failed);
        return;
      }
      outcomes.delivered.push(event);
    }
  }

  /** Waits until a lane is done, or until it is time to look again. */
  private async rest(): Promise<void> {
    const milliseconds = LOOK_AGAIN_MS * (1 - JITTER / 2 + Math.random() * JITTER);
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await sleep(milliseconds, undefined, { signal: woken.signal, ref: false }).catch(
      () => undefined,
    );
  }

  private tell({ event, error, isDead }: FailedDelivery): void {
    const { id, type, attempts } = event;
    if (isDead) {
      this.logger.warn('Delivery of an event was given up: it is a dead letter', {
        id,
        type,
        error,
      });
    } else if (performance.now() > this.quietUntilMs) {
      this.quietUntilMs = performance.now() + QUIET_MS;
      this.logger.warn('Delivery of an event failed and will be retried', {
        id,
        type,
        attempts,
        error,
      });
    }
  }

  private complain(error: unknown): void {
    if (!this.hasComplained) this.logger.warn('Delivering events failed', errorFields(error));
    this.hasComplained = true;
  }
}

function queuesOf(events: readonly StoredEvent[]): StoredEvent[][] {
  const queues = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const queue = queues.get(event.consumerKey);
    if (queue) queue.push(event);
    else queues.set(event.consumerKey, [event]);
  }
  return [...queues.values()];
}
