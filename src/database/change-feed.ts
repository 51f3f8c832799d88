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

/** Who remembers something of the database. */
export interface ChangeListener {
  /** A row has changed; the payload is what its trigger wrote. */
  changed(payload: string): void;
  /** Changes may have been missed. */
  lost(): void;
}

const CHANNEL = 'oauth10_changes';
/** How long an answer of the server vouches for memory, from when it was asked. */
const LEASE_MS = 800;
const HEARTBEAT_MS = 200;
/** Whoever makes a change waits no longer; from then on older answers vouch for nothing. */
const CATCH_UP_MS = 250;
const ANSWER_TIMEOUT_MS = 1_000;
const RECONNECT_AFTER_MS = 500;
/** A pooler does not turn into something else. */
const RETRY_POOLER_AFTER_MS = 30_000;

const PROBE_STATEMENT = { name: 'probe-change-feed', text: `SELECT pg_notify('${CHANNEL}', $1)` };
const LEASE_ENDED = -1;

/** Who waits for what was committed by then to be heard of. */
interface Waiting {
  readonly sinceMs: number;
  readonly resolve: () => void;
}

/**
 * Hears of changes in the database (LISTEN/NOTIFY), on a connection of its own, and knows when it
 * does not. What is remembered may be used only while `isCurrent()`: the server has answered on that
 * connection within the last moment, so that every change older than that has been heard of. A
 * connection that is cut, or silent, or that passes nothing on (a pooler of transactions) leaves the
 * service slower, and never wrong for longer than the lease.
 */
@Injectable()
export class ChangeFeed implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ChangeFeed.name);
  private readonly listeners: ChangeListener[] = [];
  private leaseEndsAtMs = LEASE_ENDED;
  /** No question that was asked before gives a lease. */
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
      // Channels belong to the database as a whole.
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

  /** Whether all changes but those of the last second have been heard of. */
  isCurrent(): boolean {
    return performance.now() < this.leaseEndsAtMs;
  }

  /**
   * Resolves once this process has heard of every change that was committed before the call, or no
   * longer uses what it remembers: whoever made a change waits for it before saying so, and then no
   * later request to this process meets the old state. All who come meanwhile share one question.
   * Never throws; takes a quarter of a second at most.
   */
  async catchUp(): Promise<void> {
    // Then nothing that is remembered now will be used: a new connection begins with nothing.
    if (!this.isListening) return;
    const heard = new Promise<void>((resolve) => {
      this.waiting.push({ sinceMs: performance.now(), resolve });
    });
    this.wake();
    const isLate = sleep(CATCH_UP_MS, true, { ref: false });
    if (await Promise.race([heard, isLate])) this.forgoAnswersFromBefore();
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
    let complained = false;
    while (!this.isStopped) {
      let pauseMs = RECONNECT_AFTER_MS;
      try {
        await this.listen(() => (complained = false));
      } catch (error) {
        if (!complained && !this.isStopped) {
          this.logger.warn('Listening for changes failed', errorFields(error));
        }
        complained = true;
        if (error instanceof NothingComesThrough) pauseMs = RETRY_POOLER_AFTER_MS;
      }
      this.isListening = false;
      this.leaseEndsAtMs = LEASE_ENDED;
      this.letGo(Infinity);
      await this.pause(pauseMs);
    }
  }

  /** Ends, by an error, when the connection does not answer any more. */
  private async listen(onHeard: () => void): Promise<void> {
    const client = await this.connector.connect();
    this.session = client;
    // Unheard of by the pool, whose idle sessions may stand at the same server.
    client.once('read-only', () => {
      client.destroy();
      poolOf(this.dataSource).forsake();
    });
    client.once('end', () => {
      this.leaseEndsAtMs = LEASE_ENDED;
    });
    try {
      if (this.isStopped) return;
      await client.query(`LISTEN ${CHANNEL}`);
      await this.probe(client);
      client.on('notification', ({ payload = '' }) => {
        for (const listener of this.listeners) listener.changed(payload);
      });
      this.isListening = true;
      // Whatever was read before this moment may have changed unheard.
      for (const listener of this.listeners) listener.lost();
      onHeard();
      while (!this.isStopped) {
        const askedAtMs = performance.now();
        // The server passes on what has been announced before it answers.
        await client.query('SELECT');
        if (askedAtMs > this.leasesFromMs) this.leaseEndsAtMs = askedAtMs + LEASE_MS;
        this.letGo(askedAtMs);
        if (this.waiting.length === 0) await this.pause(HEARTBEAT_MS);
      }
    } finally {
      client.destroy();
    }
  }

  private forgoAnswersFromBefore(): void {
    this.leaseEndsAtMs = LEASE_ENDED;
    this.leasesFromMs = performance.now();
  }

  /** Those who waited before the question was asked that is answered now. */
  private letGo(askedAtMs: number): void {
    const heard = this.waiting.filter(({ sinceMs }) => sinceMs < askedAtMs);
    this.waiting = this.waiting.filter(({ sinceMs }) => sinceMs >= askedAtMs);
    for (const { resolve } of heard) resolve();
  }

  /** For that long, or until somebody wakes it. */
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

  /** Says something elsewhere and waits to hear it here: whether LISTEN took effect shows in nothing else. */
  private async probe(client: Session): Promise<void> {
    const said = `probe ${randomUUID()}`;
    const heard = new Promise<boolean>((resolve) => {
      client.on('notification', ({ payload }) => payload === said && resolve(true));
    });
    await this.statements.run(PROBE_STATEMENT, [said]);
    const silence = sleep(ANSWER_TIMEOUT_MS, false, { ref: false });
    if (!(await Promise.race([heard, silence]))) {
      throw new NothingComesThrough();
    }
  }
}

class NothingComesThrough extends Error {
  constructor() {
    super('NOTIFY does not come through; is there a pooler? Set DATABASE_LISTEN_URL');
  }
}
