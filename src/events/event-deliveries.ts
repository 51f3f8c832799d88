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
/** How often a replica that has nothing to deliver looks. */
const LOOK_AGAIN_MS = 500;
const JITTER = 0.5;
/** Before its end a lease is not to be relied on. */
const MARGIN_SECONDS = 2;
/** At the end of the process, for deliveries under way. */
const LAST_DELIVERIES_MS = 3_000;
/** A receiver that is away is told of that often. */
const QUIET_MS = 60_000;

interface Outcomes {
  readonly delivered: StoredEvent[];
  readonly failed: FailedDelivery[];
}

/**
 * Delivers what lies in the outbox, in the background: at least once, and the events of each consumer in
 * their order. Replicas share the work by lanes. An event is settled after its delivery, so that whatever
 * stops in between has it delivered again, under the same id.
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
    // Each delivery under way listens; the lanes bound how many there are.
    setMaxListeners(0, this.abort.signal);
    this.webhook = events && new Webhook(events, this.abort.signal);
  }

  onApplicationBootstrap(): void {
    if (this.webhook) this.running = this.deliverForEver();
  }

  /** Begins no other delivery, and waits a moment for those under way; what is cut off stays pending. */
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

  /** One consumer's events, one behind the other, up to the first that fails. */
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

  /** Until a lane is done, or it is time to look again. */
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
      this.logger.warn('An event is a dead letter', { id, type, error });
    } else if (performance.now() > this.quietUntilMs) {
      this.quietUntilMs = performance.now() + QUIET_MS;
      this.logger.warn('An event was not taken and is tried again', { id, type, attempts, error });
    }
  }

  private complain(error: unknown): void {
    if (!this.hasComplained) this.logger.warn('Delivering events failed', errorFields(error));
    this.hasComplained = true;
  }
}

/** The events of each consumer, in their order. */
function queuesOf(events: readonly StoredEvent[]): StoredEvent[][] {
  const queues = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const queue = queues.get(event.consumerKey);
    if (queue) queue.push(event);
    else queues.set(event.consumerKey, [event]);
  }
  return [...queues.values()];
}
