import { Logger } from '@nestjs/common';
import { EventEmitter } from 'node:events';
import type { QueryConfig, QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { errorFields } from '../failures/error-fields.js';
import { StoreUnavailable } from '../failures/store-unavailable.js';
import type { Connector } from './connector.js';
import type { Session } from './session.js';

export interface ConnectionPoolOptions {
  readonly connector: Connector;
  readonly max: number;
  /** How long a caller waits for a session. */
  readonly connectionTimeoutMillis: number;
  /** How long a session may be idle before it is ended; the last session stays. */
  readonly idleTimeoutMillis: number;
}

/** A session on loan to a caller. */
export type LentSession = Session & {
  /** @param isSpoiled true, or an error, ends the session; otherwise the pool keeps it */
  release(isSpoiled?: unknown): void;
};

interface Waiting {
  readonly resolve: (session: LentSession) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

type Borrowed = (error: unknown, session?: LentSession, release?: LentSession['release']) => void;

const RETRY_AFTER_MS = 250;
/** How long to wait until the server closes a session; a silent server never does. */
const FAREWELL_MS = 1_000;
/** How long sessions on loan may finish their work at shutdown. */
const LAST_WORK_MS = 5_000;

/** The pool that TypeORM uses. @throws StoreUnavailable when it is closed */
export function poolOf(dataSource: DataSource): ConnectionPool {
  const { master } = dataSource.driver as unknown as { master?: ConnectionPool };
  if (master === undefined) throw new StoreUnavailable();
  return master;
}

/**
 * The sessions of the process. Replaces pg's own pool, and implements as much of its interface as TypeORM and the
 * rate limiter need. It differs after a failover or a password change. A waiting caller gets the first available
 * session, either new or returned. While no new session can be made, the existing ones stay in use. When one session
 * finds that its server no longer accepts writes, all sessions are ended.
 */
export class ConnectionPool extends EventEmitter {
  private readonly logger = new Logger('Database');
  private readonly sessions = new Set<Session>();
  private idle: Session[] = [];
  private waiting: Waiting[] = [];
  private opening = 0;
  /** Whether the last attempt to make a session failed. */
  private isAway = false;
  /** Whether a lost connection was logged; connections that break together are logged once. */
  private hasBroken = false;
  private wasThere = false;
  private retry: NodeJS.Timeout | undefined;
  private readonly idleSweep: NodeJS.Timeout;
  private isEnded = false;

  constructor(private readonly options: ConnectionPoolOptions) {
    super();
    const { idleTimeoutMillis } = options;
    this.idleSweep = setInterval(() => this.endIdle(), idleTimeoutMillis / 2).unref();
  }

  get totalCount(): number {
    return this.sessions.size;
  }

  get idleCount(): number {
    return this.idle.length;
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  connect(): Promise<LentSession>;
  connect(borrowed: Borrowed): void;
  /** Lends out a session. @throws StoreUnavailable whose cause says why there is none */
  connect(borrowed?: Borrowed): Promise<LentSession> | void {
    const session = this.borrow();
    if (!borrowed) return session;
    session.then(
      (lent) => borrowed(undefined, lent, (isSpoiled) => lent.release(isSpoiled)),
      (error: unknown) => borrowed(error),
    );
  }

  /** Runs one statement on any session. @throws what pg threw; StoreUnavailable if no session is available */
  async query(config: QueryConfig): Promise<QueryResult> {
    const session = await this.borrow();
    let isSpoiled = true;
    try {
      const result = await session.queryPrepared(config);
      isSpoiled = false;
      return result;
    } finally {
      session.release(isSpoiled);
    }
  }

  /**
   * Ends every session: idle ones now, the others when they are returned.
   *
   * @param butThoseAt the `serverStart` of a server whose sessions are kept
   */
  forsake(butThoseAt?: string): void {
    for (const session of this.sessions) {
      if (session.serverStart !== butThoseAt) session.isForsaken = true;
    }
    for (const session of this.idle.filter(({ isForsaken }) => isForsaken)) this.drop(session);
  }

  /** Treats all sessions as pooled, because an undetected pooler turned out to be in front of the server. */
  expectPooler(): void {
    for (const session of this.sessions) session.isPooled = true;
    this.options.connector.expectPooler();
  }

  end(): Promise<void>;
  end(ended: (error?: unknown) => void): void;
  /** Lends out no more sessions, and resolves when all are closed. */
  end(ended?: (error?: unknown) => void): Promise<void> | void {
    this.isEnded = true;
    clearInterval(this.idleSweep);
    clearTimeout(this.retry);
    this.fail(new StoreUnavailable());
    const gone = [...this.sessions].map(
      (session) => new Promise<void>((resolve) => session.once('end', () => resolve())),
    );
    this.forsake();
    const lent = [...this.sessions];
    setTimeout(() => lent.forEach((session) => session.destroy()), LAST_WORK_MS).unref();
    const all = Promise.all(gone).then(() => undefined);
    if (!ended) return all;
    all.then(() => ended(), ended);
  }

  private borrow(): Promise<LentSession> {
    if (this.isEnded) return Promise.reject(new StoreUnavailable());
    const session = this.idle.pop();
    if (session) return Promise.resolve(this.lend(session));
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        resolve,
        reject,
        timer: setTimeout(() => {
          this.waiting = this.waiting.filter((other) => other !== waiting);
          reject(new StoreUnavailable(new Error('No database session became free in time')));
        }, this.options.connectionTimeoutMillis),
      };
      this.waiting.push(waiting);
      this.openMore();
    });
  }

  private lend(session: Session): LentSession {
    let isReleased = false;
    const release = (isSpoiled?: unknown): void => {
      if (isReleased) return;
      isReleased = true;
      this.takeBack(session, Boolean(isSpoiled));
    };
    return Object.assign(session, { release });
  }

  private takeBack(session: Session, isSpoiled: boolean): void {
    if (isSpoiled || session.isForsaken || !this.sessions.has(session)) {
      this.drop(session);
      this.openMore();
      return;
    }
    session.idleSinceMs = performance.now();
    this.serve(session);
  }

  private serve(session: Session): void {
    const [next, ...others] = this.waiting;
    if (!next) {
      this.idle.push(session);
      return;
    }
    this.waiting = others;
    clearTimeout(next.timer);
    next.resolve(this.lend(session));
  }

  /** Opens one session for each waiting caller; one at a time while connecting fails. */
  private openMore(): void {
    if (this.isEnded || this.retry !== undefined) return;
    const most = this.isAway ? 1 : Infinity;
    while (
      this.opening < Math.min(this.waiting.length, most) &&
      this.sessions.size + this.opening < this.options.max
    ) {
      void this.open();
    }
  }

  private async open(): Promise<void> {
    this.opening += 1;
    try {
      const session = await this.options.connector.connect();
      this.opening -= 1;
      this.admit(session);
    } catch (error) {
      this.opening -= 1;
      this.beRefused(error);
    }
    this.openMore();
  }

  private admit(session: Session): void {
    if (this.isEnded) {
      session.destroy();
      return;
    }
    this.sessions.add(session);
    session.once('error', (error: Error) => this.logBroken(error));
    session.once('end', () => this.drop(session));
    session.once('read-only', () => {
      this.logger.warn('The database is read-only; closing its connections');
      this.forsake();
    });
    if (this.isAway && this.wasThere) this.logger.log('Database connection restored');
    this.wasThere = true;
    this.hasBroken = false;
    this.isAway = false;
    this.emit('connect', session);
    this.serve(session);
  }

  /** Handles a failed connection attempt. Callers keep waiting as long as there are sessions that may be returned. */
  private beRefused(error: unknown): void {
    if (this.isEnded) return;
    if (!this.isAway && this.wasThere) {
      this.logger.warn('Database connection failed', errorFields(error));
    }
    this.isAway = true;
    if (this.sessions.size === 0) this.fail(new StoreUnavailable(error));
    else {
      this.retry = setTimeout(() => {
        this.retry = undefined;
        this.openMore();
      }, RETRY_AFTER_MS).unref();
    }
  }

  private fail(error: StoreUnavailable): void {
    for (const { reject, timer } of this.waiting.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
  }

  /** Ends idle sessions; none while no new ones can be made. */
  private endIdle(): void {
    if (this.isAway) return;
    const idleSinceMs = performance.now() - this.options.idleTimeoutMillis;
    const overdue = this.idle.filter((session) => session.idleSinceMs < idleSinceMs);
    for (const session of overdue.slice(0, this.sessions.size - 1)) {
      this.idle = this.idle.filter((other) => other !== session);
      this.drop(session);
    }
  }

  private drop(session: Session): void {
    this.idle = this.idle.filter((other) => other !== session);
    if (!this.sessions.delete(session)) return;
    const silent = setTimeout(() => session.destroy(), FAREWELL_MS).unref();
    session.once('end', () => clearTimeout(silent));
    session.end().catch(() => undefined);
  }

  private logBroken(error: Error): void {
    if (this.hasBroken || this.isEnded) return;
    this.hasBroken = true;
    this.logger.warn('Database connection lost', errorFields(error));
  }
}
