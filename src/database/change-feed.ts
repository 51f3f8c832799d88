import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import { errorFields } from '../failures/error-fields.js';
import { destroyConnection } from './destroy-connection.js';
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
  private client: Client | undefined;
  private running: Promise<void> | undefined;
  private wake = (): void => undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: Statements,
    private readonly settings: Settings,
  ) {}

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
    if (this.client) destroyConnection(this.client);
    await this.running;
  }

  private async listenForever(): Promise<void> {
    let complained = false;
    while (!this.isStopped) {
      try {
        await this.listen(() => (complained = false));
      } catch (error) {
        if (!complained && !this.isStopped) {
          this.logger.warn('Listening for changes failed', errorFields(error));
        }
        complained = true;
      }
      this.isListening = false;
      this.leaseEndsAtMs = LEASE_ENDED;
      this.letGo(Infinity);
      await this.pause(RECONNECT_AFTER_MS);
    }
  }

  /** Ends, by an error, when the connection does not answer any more. */
  private async listen(onHeard: () => void): Promise<void> {
    const client = this.newClient();
    this.client = client;
    try {
      await client.connect();
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
      destroyConnection(client);
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
  private async probe(client: Client): Promise<void> {
    const said = `probe ${randomUUID()}`;
    const heard = new Promise<boolean>((resolve) => {
      client.on('notification', ({ payload }) => payload === said && resolve(true));
    });
    await this.statements.run(PROBE_STATEMENT, [said]);
    const silence = sleep(ANSWER_TIMEOUT_MS, false, { ref: false });
    if (!(await Promise.race([heard, silence]))) {
      throw new Error('NOTIFY does not come through; is there a pooler? See DATABASE_LISTEN_URL');
    }
  }

  private newClient(): Client {
    const { url } = this.dataSource.options as { url?: string };
    const client = new Client({
      connectionString: this.settings.databaseListenUrl ?? url,
      application_name: 'oauth10 changes',
      connectionTimeoutMillis: 2 * ANSWER_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
    });
    // Unheard, it would end the process; the next question fails by itself.
    client.on('error', () => {
      this.leaseEndsAtMs = LEASE_ENDED;
    });
    return client;
  }
}
