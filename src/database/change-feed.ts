import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import { errorFields } from '../failures/error-fields.js';
import { poolOf } from './connection-pool.js';
import type { Connector } from './connector.js';
import { connectorOf, targetOf } from './data-source.js';
import type { Session } from './session.js';
import { Statements } from './statements.js';

/** A cache of rows of the database. */
export interface ChangeListener {
  /** A row has changed. The payload is that of the trigger’s NOTIFY. */
  changed(payload: string): void;
  /** Notifications may have been lost: everything cached is stale. */
  lost(): void;
}

const CHANNEL = 'oauth10_changes';
/** How long caches may be used after a heartbeat that the server answered, counted from when it was sent. */
const LEASE_MS = 800;
const HEARTBEAT_MS = 200;
/** The longest that catchUp() waits. After that it ends the lease, and earlier heartbeats give no new one. */
const CATCH_UP_MS = 250;
const ANSWER_TIMEOUT_MS = 1_000;
const RECONNECT_AFTER_MS = 500;
/** A pooler in transaction mode never forwards notifications, so frequent retries are useless. */
const RETRY_POOLER_AFTER_MS = 30_000;

const PROBE_STATEMENT = { name: 'probe-change-feed', text: `SELECT pg_notify('${CHANNEL}', $1)` };
const LEASE_ENDED = -1;

/** A waiting call of catchUp(), and when it began. */
interface Waiting {
  readonly sinceMs: number;
  readonly resolve: () => void;
}

/**
 * Cache invalidation by LISTEN/NOTIFY, on a connection of its own. Cached rows may be used only while `isCurrent()`:
 * the server has answered a heartbeat on this connection within the lease, so every notification from before the
 * heartbeat has arrived. If the connection is closed or silent, or does not forward notifications (a pooler in
 * transaction mode), the service bypasses the caches and is slower. It never uses a stale row for longer than the
 * lease.
 */
@Injectable()
export class ChangeFeed implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ChangeFeed.name);
  private readonly listeners: ChangeListener[] = [];
  private leaseEndsAtMs = LEASE_ENDED;
  /** A heartbeat that was sent before this time gives no lease. */
  private leasesFromMs = -Infinity;
  private isListening = false;
  private waiting: Waiting[] = [];
  private isStopped = false;
  private readonly connector: Connector;
  private session: Session | undefined;
  private running: Promise<void> | undefined;
  private wake = (): void => undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: Statements,
    settings: Settings,
  ) {
    const { databaseListenUrl, databaseListenUrlFile } = settings;
    this.connector = connectorOf(dataSource.options).with({
      startup: {},
      // Channels belong to the whole database, not to a schema.
      schema: undefined,
      client: { application_name: 'oauth10 changes', query_timeout: ANSWER_TIMEOUT_MS },
      ...(databaseListenUrl !== undefined && {
        target: targetOf(databaseListenUrl, databaseListenUrlFile),
      }),
    });
  }

  subscribe(listener: ChangeListener): void {
    this.listeners.push(listener);
  }

  /** Whether the caches may be used: all notifications have arrived except those of the last second. */
  isCurrent(): boolean {
    return performance.now() < this.leaseEndsAtMs;
  }

  /**
   * Resolves when the notifications of all changes committed before the call have arrived, or when the caches are
   * bypassed. A writer awaits this before it sends its response, so no later request to this process sees the old
   * state. Concurrent calls share one heartbeat. Never throws; takes at most 250 ms.
   */
  async catchUp(): Promise<void> {
    // No cached row will be used: a new connection begins with empty caches.
    if (!this.isListening) return;
    const caughtUp = new Promise<void>((resolve) => {
      this.waiting.push({ sinceMs: performance.now(), resolve });
    });
    this.wake();
    const isLate = sleep(CATCH_UP_MS, true, { ref: false });
    if (await Promise.race([caughtUp, isLate])) this.endLease();
  }

  onModuleInit(): void {
    this.running = this.listenForever();
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopped = true;
    this.wake();
    this.session?.destroy();
    await this.running;
  }

  private async listenForever(): Promise<void> {
    let isLogged = false;
    while (!this.isStopped) {
      let pauseMs = RECONNECT_AFTER_MS;
      try {
        await this.listen(() => (isLogged = false));
      } catch (error) {
        if (!isLogged && !this.isStopped) {
          this.logger.warn('LISTEN connection lost; credential cache bypassed', errorFields(error));
        }
        isLogged = true;
        if (error instanceof NotificationsLost) pauseMs = RETRY_POOLER_AFTER_MS;
      }
      this.isListening = false;
      this.leaseEndsAtMs = LEASE_ENDED;
      this.resolveWaiting(Infinity);
      await this.pause(pauseMs);
    }
  }

  /** Listens until the connection no longer answers, then throws. */
  private async listen(onListening: () => void): Promise<void> {
    const client = await this.connector.connect();
    this.session = client;
    const pool = poolOf(this.dataSource);
    // After a failover that left connections open, the pool could read rows at one server while the feed gets
    // notifications from another. So the pool drops sessions at other servers than the feed's. If the pool opens a
    // session at another server, the feed ends, and reconnects.
    const leadPool = () => pool.forsake(client.serverStart);
    const followPool = ({ serverStart }: Session) => {
      if (serverStart === client.serverStart) return;
      this.endLease();
      client.destroy();
    };
    // The pool does not see this event, but its idle sessions may be at the same server.
    client.once('read-only', () => {
      client.destroy();
      pool.forsake();
    });
    client.once('end', () => {
      this.leaseEndsAtMs = LEASE_ENDED;
    });
    try {
      if (this.isStopped) return;
      leadPool();
      await client.query(`LISTEN ${CHANNEL}`);
      await this.probe(client);
      pool.on('connect', followPool);
      leadPool();
      client.on('notification', ({ payload = '' }) => {
        for (const listener of this.listeners) listener.changed(payload);
      });
      this.isListening = true;
      // Notifications from before LISTEN are lost.
      for (const listener of this.listeners) listener.lost();
      onListening();
      while (!this.isStopped) {
        const askedAtMs = performance.now();
        // The server sends pending notifications before it answers.
        await client.query('SELECT');
        if (askedAtMs > this.leasesFromMs) this.leaseEndsAtMs = askedAtMs + LEASE_MS;
        this.resolveWaiting(askedAtMs);
        if (this.waiting.length === 0) await this.pause(HEARTBEAT_MS);
      }
    } finally {
      pool.off('connect', followPool);
      client.destroy();
    }
  }

  private endLease(): void {
    this.leaseEndsAtMs = LEASE_ENDED;
    this.leasesFromMs = performance.now();
  }

  /** Resolves the calls of catchUp() that began before the heartbeat was sent. */
  private resolveWaiting(askedAtMs: number): void {
    const caughtUp = this.waiting.filter(({ sinceMs }) => sinceMs < askedAtMs);
    this.waiting = this.waiting.filter(({ sinceMs }) => sinceMs >= askedAtMs);
    for (const { resolve } of caughtUp) resolve();
  }

  /** Waits for this long, or until `wake` is called. */
  private async pause(milliseconds: number): Promise<void> {
    if (this.isStopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /**
   * Sends a NOTIFY on another connection and waits for it on this one: nothing else proves that LISTEN took effect.
   */
  private async probe(client: Session): Promise<void> {
    const payloadSent = `probe ${randomUUID()}`;
    const arrived = new Promise<boolean>((resolve) => {
      client.on('notification', ({ payload }) => payload === payloadSent && resolve(true));
    });
    await this.statements.run(PROBE_STATEMENT, [payloadSent]);
    const timedOut = sleep(ANSWER_TIMEOUT_MS, false, { ref: false });
    if (!(await Promise.race([arrived, timedOut]))) {
      throw new NotificationsLost();
    }
  }
}

class NotificationsLost extends Error {
  constructor() {
    super('NOTIFY was not delivered: behind a pooler in transaction mode, set DATABASE_LISTEN_URL');
  }
}
