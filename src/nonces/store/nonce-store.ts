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

/** How often a replica makes sure of the store and its epoch. */
const LOOK_INTERVAL_MS = 400;
/** The store and the database must answer within this; a store that does not is let go of. */
const LOOK_TIMEOUT_MS = 1_500;
/** The opening waits for the leases of others, and carries over what was claimed ahead. */
const OPENING_TIMEOUT_MS = 30_000;
/** A replica that began an epoch and did not open it by then has gone. */
const ABANDONED_OPENING_MS = 10_000;
/** The start waits so long for a store; beyond it the service starts without, and says 503 where it needs it. */
const START_PATIENCE_MS = 5_000;
/** And so long for an horizon to pass. One further ahead comes of a clock that was set back: `timestamp_refused` says so. */
const HORIZON_PATIENCE_MS = 2_500;

/** What claims are made with. */
export interface StoreLease {
  readonly connection: StoreConnection;
  readonly epoch: StoreEpoch & { readonly keyspace: string };
  /** SHA-1 of the epoch's claim script. */
  readonly sha: string;
  /** By performance.now(). */
  readonly endsAt: number;
}

/** What a look has found, over which connection. */
interface Found extends StoreCheck {
  readonly connection: StoreConnection;
  readonly needsEpoch: boolean;
}

/**
 * Keeps a connection to the nonce store, and looks a few times a second whether it is still the store whose
 * claims are known: same epoch in the database, its script on every primary, no primary of another history.
 * Where it is not, claims may have been lost, and a new epoch begins, which forgets all that came before.
 */
export class NonceStore {
  private readonly logger = new Logger('NonceStore');
  private connection: StoreConnection | undefined;
  private leased: StoreLease | undefined;
  private lastError: string | undefined;
  private isStopped = false;
  private isDoubted = false;
  /** Counts connections, so that one that comes too late is not kept. */
  private attempt = 0;
  /** The epoch that a wiped store was found to lack. */
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
   * Resolves once claims can be made, or after a while without.
   *
   * @throws SettingsError for a store that would forget claims
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
    // Who comes at once is not refused for what he could not know.
    const waitSeconds = (this.leased?.epoch.forgottenBefore ?? 0) - this.clock.nowSeconds();
    if (waitSeconds > 0) await sleep(Math.min(waitSeconds * 1000, HORIZON_PATIENCE_MS));
    void this.keepLooking();
  }

  end(): void {
    this.isStopped = true;
    this.letGo();
    this.wake();
  }

  /** What to claim with. @throws StoreUnavailable while there is nothing */
  lease(): StoreLease {
    const { leased } = this;
    if (!leased || !this.holds(leased)) throw new StoreUnavailable();
    return leased;
  }

  /**
   * Runs a script on one key, prefixed so that databases can share a store.
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

  /** Whether what was claimed with it by now counts. */
  holds({ epoch, endsAt }: StoreLease): boolean {
    // A later look may have made sure of the same epoch since.
    const { leased } = this;
    const until = leased?.epoch.epoch === epoch.epoch ? leased.endsAt : endsAt;
    return performance.now() < until;
  }

  /**
   * Something was answered that must not be: nothing is claimed until the next look, which comes at once.
   *
   * @param lost an epoch that the store has lost claims of
   */
  doubt(lost?: string | null): void {
    if (lost !== undefined) this.lost = lost;
    this.leased = undefined;
    this.isDoubted = true;
    this.wake();
  }

  /** In a word, what is the matter; undefined: nothing. */
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
      // What refuses at once is not asked without a pause.
      if (failed) await sleep(LOOK_INTERVAL_MS, undefined, { ref: false });
    }
  }

  /** Resolves to whether it found trouble. */
  private async look(onUnfit: (unfit: StoreUnfit) => void): Promise<boolean> {
    this.isDoubted = false;
    const lookedAt = performance.now();
    try {
      const found = await withTimeout(LOOK_TIMEOUT_MS, this.lookAt());
      if (found.needsEpoch) {
        this.leased = undefined;
        const opened = await withTimeout(OPENING_TIMEOUT_MS, this.open(found));
        // Looked at anew, since it was open for a while already when the replica was notified.
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

  /** A primary of the epoch drops claims by now. One of another store is none of its business. */
  private async endInDanger({ epoch, primaries }: StoreEpoch, error: unknown): Promise<void> {
    if (epoch === null || !(error instanceof StoreUnfit)) return;
    // Whatever it has dropped by now: its count of that may be set back.
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

  /** Whoever began it has not opened it, and never will. */
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

  /** Each change of what is the matter once. */
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

/** The first word of what the server says (READONLY, OOM, WRONGPASS), or the socket's code. */
function reasonOf(error: unknown): string {
  if (error instanceof StoreUnfit) return error.message;
  const below = error instanceof StoreUnavailable && error.cause ? error.cause : error;
  const { code, message = '' } = below as { code?: string; message?: string };
  return code ?? /^[A-Z]{3,}/.exec(message)?.[0] ?? 'out of reach';
}
