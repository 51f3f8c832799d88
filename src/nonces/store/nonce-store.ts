import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsError, type Settings } from '../../config/settings.js';
import type { DatabaseClock } from '../../database/database-clock.js';
import { errorFields } from '../../failures/error-fields.js';
import { StoreUnavailable } from '../../failures/store-unavailable.js';
import type { Metrics } from '../../metrics/metrics.js';
import { replicationIdOf, StoreUnfit } from './primary-report.js';
import { connectToStore, type StoreConnection } from './store-connection.js';
import type { StoreEpoch, StoreEpochs } from './store-epochs.js';
import { checkStore, type StoreCheck } from './store-check.js';
import { LEASE_MS, openEpoch } from './store-opening.js';
import { withTimeout } from './with-timeout.js';

/** How often a replica checks the store and its epoch. */
const LOOK_INTERVAL_MS = 400;
/** The store and the database must answer within this time; otherwise the connection to the store is closed. */
const LOOK_TIMEOUT_MS = 1_500;
/** Opening an epoch waits for the leases of other replicas, and copies the claims with future timestamps. */
const OPENING_TIMEOUT_MS = 30_000;
/** A replica that began an epoch and has not opened it after this time has stopped. */
const ABANDONED_OPENING_MS = 10_000;
/**
 * The start waits this long for the store. After that the service starts without it, and returns 503 if it needs
 * it.
 */
const START_PATIENCE_MS = 5_000;
/**
 * The start waits this long for the horizon to pass. A horizon further ahead means that a clock was set back; then
 * `timestamp_refused` says so.
 */
const HORIZON_PATIENCE_MS = 2_500;

/** What a claim needs. */
export interface StoreLease {
  readonly connection: StoreConnection;
  readonly epoch: StoreEpoch & { readonly keyspace: string };
  /** SHA-1 of the epoch's claim script. */
  readonly sha: string;
  /** In the time of performance.now(). */
  readonly endsAt: number;
}

/** The result of a look, and the connection it used. */
interface Found extends StoreCheck {
  readonly connection: StoreConnection;
  readonly needsEpoch: boolean;
}

/**
 * Keeps a connection to the nonce store, and checks several times a second that the store still has all claims: the
 * database has the same epoch, every primary has its script, and no primary has another history. If a check fails,
 * claims may be lost. Then a new epoch begins, and requests with earlier timestamps are refused.
 */
export class NonceStore {
  private readonly logger = new Logger('NonceStore');
  private connection: StoreConnection | undefined;
  private leased: StoreLease | undefined;
  private lastError: string | undefined;
  private isStopped = false;
  private isDoubted = false;
  /** Counts connections, so that a connection that is established too late is closed. */
  private attempt = 0;
  /** The epoch whose claims the store has lost. */
  private lost: string | null | undefined;
  private wake: () => void = () => undefined;
  private unopened: { readonly epoch: string | null; readonly since: number } | undefined;

  constructor(
    private readonly settings: Required<Pick<Settings, 'nonceStore' | 'timestampWindowSeconds'>>,
    private readonly epochs: StoreEpochs,
    private readonly clock: DatabaseClock,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Resolves when nonces can be claimed, or without that after START_PATIENCE_MS.
   *
   * @throws SettingsError for a store that would lose claims
   */
  async begin(): Promise<void> {
    await this.clock.sync();
    const deadline = performance.now() + START_PATIENCE_MS;
    do {
      await this.look((unfit) => {
        throw new SettingsError([unfit.message]);
      });
      if (this.leased) break;
      await sleep(LOOK_INTERVAL_MS);
    } while (performance.now() < deadline);
    // Waits for the horizon to pass, because clients cannot know it: their first requests would be refused.
    const waitSeconds = (this.leased?.epoch.forgottenBefore ?? 0) - this.clock.nowSeconds();
    if (waitSeconds > 0) await sleep(Math.min(waitSeconds * 1000, HORIZON_PATIENCE_MS));
    void this.keepLooking();
  }

  end(): void {
    this.isStopped = true;
    this.letGo();
    this.wake();
  }

  /** The lease for a claim. @throws StoreUnavailable if there is none */
  lease(): StoreLease {
    const { leased } = this;
    if (!leased || !this.holds(leased)) throw new StoreUnavailable();
    return leased;
  }

  /**
   * Runs a script on one key. A prefix separates the keys of databases that share a store.
   *
   * @throws StoreUnavailable
   */
  async evaluate(text: string, key: string, values: readonly string[]): Promise<unknown> {
    const { connection, epoch } = this.lease();
    const own = `oauth10:${epoch.keyspace}:${key}`;
    try {
      return await connection.send(own, ['EVAL', text, '1', own, ...values]);
    } catch (error) {
      throw new StoreUnavailable(error);
    }
  }

  /** Whether a claim that was made under this lease up to now is valid. */
  holds({ epoch, endsAt }: StoreLease): boolean {
    // A later look may have extended the lease of the same epoch.
    const { leased } = this;
    const until = leased?.epoch.epoch === epoch.epoch ? leased.endsAt : endsAt;
    return performance.now() < until;
  }

  /**
   * The store gave an unexpected reply: no nonce is claimed until the next look, which starts at once.
   *
   * @param lost the epoch whose claims the store has lost
   */
  doubt(lost?: string | null): void {
    if (lost !== undefined) this.lost = lost;
    this.leased = undefined;
    this.isDoubted = true;
    this.wake();
  }

  /** A short reason why the store cannot be used; undefined if it can. */
  trouble(): string | undefined {
    return this.leased && this.holds(this.leased) ? undefined : (this.lastError ?? 'out of reach');
  }

  private async keepLooking(): Promise<void> {
    while (!this.isStopped) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      if (!this.isDoubted) {
        await Promise.race([woken, sleep(LOOK_INTERVAL_MS, undefined, { ref: false })]);
      }
      if (this.isStopped) return;
      const failed = await this.look((unfit) => this.logOnce(unfit.message));
      // Pauses, because a store that refuses at once would be asked in a tight loop.
      if (failed) await sleep(LOOK_INTERVAL_MS, undefined, { ref: false });
    }
  }

  /** Resolves to true if it failed. */
  private async look(onUnfit: (unfit: StoreUnfit) => void): Promise<boolean> {
    this.isDoubted = false;
    const lookedAt = performance.now();
    try {
      const found = await withTimeout(LOOK_TIMEOUT_MS, this.lookAt());
      if (found.needsEpoch) {
        this.leased = undefined;
        const opened = await withTimeout(OPENING_TIMEOUT_MS, this.open(found));
        // Looks again, because the lease counts from before the look, and opening the epoch took time.
        return opened ? await this.look(onUnfit) : false;
      }
      if (found.epoch.isOpen && !this.isDoubted) this.lend(found, lookedAt + LEASE_MS);
      else this.leased = undefined;
      return false;
    } catch (error) {
      this.letGo();
      this.logOnce(error);
      if (error instanceof StoreUnfit) onUnfit(error);
      return true;
    } finally {
      const topology = this.settings.nonceStore.isCluster ? 'cluster' : 'primary';
      this.metrics.nonceStoreUsable(topology, this.leased !== undefined);
    }
  }

  private async lookAt(): Promise<Found> {
    const [epoch, connection] = await Promise.all([
      this.epochs.see(this.clock.nowSeconds()),
      this.reach(),
    ]);
    if (!epoch) throw new StoreUnavailable(new Error('The row of nonce_store is missing'));
    const { timestampWindowSeconds } = this.settings;
    const look = await checkStore(epoch, connection, this.clock.nowSeconds()).catch(
      async (error: unknown) => {
        await this.endInDanger(epoch, error);
        throw error;
      },
    );
    const isSame =
      look.isSame && epoch.windowSeconds >= timestampWindowSeconds && epoch.epoch !== this.lost;
    const needsEpoch =
      epoch.epoch === null || (epoch.isOpen ? !isSame : this.isAbandoned(epoch.epoch));
    return { ...look, connection, needsEpoch };
  }

  /**
   * Ends the epoch if an unfit primary belongs to it, because that primary may drop claims. A primary of another
   * store does not matter.
   */
  private async endInDanger({ epoch, primaries }: StoreEpoch, error: unknown): Promise<void> {
    if (epoch === null || !(error instanceof StoreUnfit)) return;
    // Compares only the replication id, because the count of evicted keys can be reset.
    const id = replicationIdOf(error.history);
    if (primaries.some((history) => replicationIdOf(history) === id)) await this.epochs.end(epoch);
  }

  private async reach(): Promise<StoreConnection> {
    if (this.connection) return this.connection;
    const { attempt } = this;
    const connection = await connectToStore(this.settings.nonceStore);
    if (attempt !== this.attempt || this.isStopped) {
      connection.destroy();
      throw new StoreUnavailable();
    }
    return (this.connection = connection);
  }

  private async open({ connection, histories, epoch }: Found): Promise<boolean> {
    const { epochs, clock } = this;
    const windowSeconds = Math.max(epoch.windowSeconds, this.settings.timestampWindowSeconds);
    const next = { epochs, connection, clock, histories, windowSeconds };
    const opened = await openEpoch(epoch, next);
    if (!opened) return false;
    const { forgottenBefore } = opened;
    this.metrics.nonceStoreEpoch();
    this.logger.warn('The nonce store may have lost nonces; earlier timestamps are refused', {
      forgottenBefore,
    });
    return true;
  }

  /** Whether the replica that began the epoch has stopped before it opened it. */
  private isAbandoned(epoch: string): boolean {
    const { unopened } = this;
    const since = unopened?.epoch === epoch ? unopened.since : performance.now();
    this.unopened = { epoch, since };
    return performance.now() - since > ABANDONED_OPENING_MS;
  }

  private lend({ connection, epoch, sha }: Found, endsAt: number): void {
    const { keyspace } = epoch;
    if (keyspace === null) throw new StoreUnavailable();
    if (this.lastError !== undefined) this.logger.log('Nonce store ready');
    this.lastError = undefined;
    this.metrics.nonceStoreForgotBefore(epoch.forgottenBefore);
    this.leased = { connection, epoch: { ...epoch, keyspace }, sha, endsAt };
  }

  private letGo(): void {
    this.attempt += 1;
    this.leased = undefined;
    this.connection?.destroy();
    this.connection = undefined;
  }

  /** Logs only if the reason has changed. */
  private logOnce(error: unknown): void {
    const reason = reasonOf(error);
    if (reason !== this.lastError) {
      const level = error instanceof StoreUnfit ? 'error' : 'warn';
      this.logger[level]('The nonce store can not be claimed in', {
        reason,
        ...errorFields(error),
      });
    }
    this.lastError = reason;
  }
}

/** The first word of the server's error (READONLY, OOM, WRONGPASS), or the code of the socket error. */
function reasonOf(error: unknown): string {
  if (error instanceof StoreUnfit) return error.message;
  const below = error instanceof StoreUnavailable && error.cause ? error.cause : error;
  const { code, message = '' } = below as { code?: string; message?: string };
  return code ?? /^[A-Z]{3,}/.exec(message)?.[0] ?? 'out of reach';
}
